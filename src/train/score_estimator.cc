#include "train/score_estimator.h"

#include "base/errors.h"
#include "store/checksum.h"
#include "store/hdf5_reader.h"
#include "store/hdf5_writer.h"
#include "train/fixed_order.h"

namespace at2 {
namespace {

constexpr const char* kOrigin = "provenance";
constexpr std::int64_t kSchemaVersion = 1;

EstimatorOrigin read_origin(const Hdf5Reader& reader) {
  EstimatorOrigin origin;
  origin.model_fingerprint = reader.text_attribute(kOrigin, "model_fingerprint");
  origin.model_name = reader.text_attribute(kOrigin, "model_name");
  origin.dataset = reader.text_attribute(kOrigin, "dataset");
  origin.sources = reader.text_attribute(kOrigin, "sources");
  origin.num_ablations = reader.int_attribute(kOrigin, "num_ablations");
  origin.num_examples = reader.int_attribute(kOrigin, "num_examples");
  origin.num_targets = reader.int_attribute(kOrigin, "num_targets");
  origin.steps = reader.int_attribute(kOrigin, "steps");
  origin.fingerprint = reader.text_attribute(kOrigin, "fingerprint");
  origin.version = reader.text_attribute(kOrigin, "version");
  return origin;
}

void require_format(const Hdf5Reader& reader) {
  const bool is_estimator = reader.has("theta") && reader.has(kOrigin);
  if (!is_estimator) {
    throw UserError(reader.path().string() + " is no estimator", "it has no /theta and /provenance",
                    "name an estimator.h5 that at2 train wrote");
  }
  const std::int64_t version = reader.int_attribute(kOrigin, "schema_version");
  if (version != kSchemaVersion) {
    throw UserError(
        reader.path().string() + " cannot be used",
        "its schema version is " + std::to_string(version) + ", this program reads " + std::to_string(kSchemaVersion),
        "train again with this version of at2");
  }
}

at::Tensor read_theta(const Hdf5Reader& reader) {
  const at::Tensor theta_LH = reader.read("theta");
  const bool is_matrix = theta_LH.dim() == 2 && theta_LH.numel() > 0 && theta_LH.scalar_type() == at::kFloat;
  if (!is_matrix || !at::isfinite(theta_LH).all().item<bool>()) {
    throw UserError(reader.path().string() + ": /theta is damaged", "it is not a matrix of finite float32 numbers",
                    "train again");
  }
  return theta_LH;
}

/// <row, weight> of every row, equal to the bit for any number of threads. \pre contiguous float64 on the CPU
at::Tensor row_sums(const at::Tensor& features, const at::Tensor& weight_F) {
  const auto F = static_cast<std::size_t>(weight_F.numel());
  at::Tensor sums = at::empty(features.sizes().slice(0, features.sizes().size() - 1), features.options());
  const double* row = features.const_data_ptr<double>();
  double* const sum = sums.mutable_data_ptr<double>();
  for (std::int64_t i = 0; i < sums.numel(); ++i, row += F) {
    sum[i] = fixed_order_dot<double>({row, F}, {weight_F.const_data_ptr<double>(), F});
  }
  return sums;
}

}  // namespace

ScoreEstimator::ScoreEstimator(std::int64_t num_layers, std::int64_t num_heads)
    : num_layers_(num_layers), num_heads_(num_heads) {
  AT2_EXPECT(num_layers > 0 && num_heads > 0, "a model has layers and heads");
  weight_F_ = at::full({num_features()}, 1.0 / static_cast<double>(num_features()), at::kFloat);
}

ScoreEstimator::ScoreEstimator(std::int64_t num_layers, std::int64_t num_heads, const at::Tensor& theta_LH)
    : ScoreEstimator(num_layers, num_heads) {
  AT2_EXPECT(theta_LH.numel() == num_features(), "one weight per layer and head");
  AT2_EXPECT(at::isfinite(theta_LH).all().item<bool>(), "weights are finite");
  weight_F_.copy_(theta_LH.detach().reshape({num_features()}));
}

at::Tensor ScoreEstimator::operator()(const at::Tensor& features) const {
  AT2_EXPECT(features.dim() > 0 && features.size(-1) == num_features(), "the last dimension holds L x H features");
  if (!features.is_cpu()) return at::matmul(features, weight_F_.to(features.options()));
  return row_sums(features.to(at::kDouble).contiguous(), weight_F_.to(at::kDouble)).to(features.scalar_type());
}

ScoreEstimator ScoreEstimator::normalized() const {
  const at::Tensor weight_F = weight_F_.to(at::kDouble);
  const double norm = weight_F.abs().sum().item<double>();
  AT2_EXPECT(norm > 0, "weights that are all zero cannot be normalised");
  return ScoreEstimator(num_layers_, num_heads_, weight_F / norm);
}

void save_estimator(const std::filesystem::path& path, const ScoreEstimator& estimator, const EstimatorOrigin& origin) {
  Hdf5Writer writer(path);
  writer.write("theta", estimator.normalized().theta_LH());
  writer.write_attribute(kOrigin, "schema_version", kSchemaVersion);
  writer.write_attribute(kOrigin, "model_fingerprint", origin.model_fingerprint);
  writer.write_attribute(kOrigin, "model_name", origin.model_name);
  writer.write_attribute(kOrigin, "dataset", origin.dataset);
  writer.write_attribute(kOrigin, "sources", origin.sources);
  writer.write_attribute(kOrigin, "num_ablations", origin.num_ablations);
  writer.write_attribute(kOrigin, "num_examples", origin.num_examples);
  writer.write_attribute(kOrigin, "num_targets", origin.num_targets);
  writer.write_attribute(kOrigin, "steps", origin.steps);
  writer.write_attribute(kOrigin, "fingerprint", origin.fingerprint);
  writer.write_attribute(kOrigin, "version", origin.version);
  writer.commit();
}

StoredEstimator load_estimator(const std::filesystem::path& path, std::string_view model_fingerprint,
                               ModelCheck check) {
  const Hdf5Reader reader(path);
  require_undamaged(path);
  require_format(reader);
  EstimatorOrigin origin = read_origin(reader);
  if (check == ModelCheck::refuse_other && origin.model_fingerprint != model_fingerprint) {
    throw UserError(path.string() + " belongs to another model",
                    "it was trained on " + origin.model_name + " with fingerprint " + origin.model_fingerprint +
                        ", this model's is " + std::string(model_fingerprint),
                    "name an estimator of this model (at2 attribute: --estimator FILE), or train one with at2 run");
  }
  const at::Tensor theta_LH = read_theta(reader);
  return {ScoreEstimator(theta_LH.size(0), theta_LH.size(1), theta_LH), std::move(origin)};
}

}  // namespace at2
