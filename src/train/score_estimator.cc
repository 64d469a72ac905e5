#include "train/score_estimator.h"

#include <algorithm>

#include "base/errors.h"
#include "config/enum_text.h"
#include "store/checksum.h"
#include "store/hdf5_reader.h"
#include "store/hdf5_writer.h"
#include "train/fixed_order.h"

namespace at2 {
namespace {

constexpr const char* kOrigin = "provenance";
/// Of estimators on attention alone, and of all others.
constexpr std::int64_t kAttentionSchema = 1;
constexpr std::int64_t kFeatureSchema = 2;

bool is_attention(const std::vector<Feature>& features) { return features == std::vector{Feature::attention}; }

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
  if (reader.has("prior_candidates")) {
    const at::Tensor candidates = reader.read("prior_candidates").to(at::kDouble).contiguous();
    const double* const first = candidates.const_data_ptr<double>();
    origin.prior_candidates.assign(first, first + candidates.numel());
  }
  if (reader.has("prior_strength")) origin.prior_strength = reader.read("prior_strength").item<double>();
  origin.fingerprint = reader.text_attribute(kOrigin, "fingerprint");
  origin.version = reader.text_attribute(kOrigin, "version");
  return origin;
}

/// \throws UserError for a name that this program does not know
std::vector<Feature> read_features(const Hdf5Reader& reader) {
  if (reader.int_attribute(kOrigin, "schema_version") == kAttentionSchema) return {Feature::attention};
  std::vector<Feature> features;
  for (const std::string& word : reader.read_texts("features")) {
    const std::optional<Feature> feature = from_text<Feature>(word);
    if (!feature || std::find(features.begin(), features.end(), *feature) != features.end()) {
      throw UserError(reader.path().string() + " cannot be used", "/features has \"" + word + "\"", "train again");
    }
    features.push_back(*feature);
  }
  return features;
}

void require_format(const Hdf5Reader& reader) {
  const bool is_estimator = reader.has("theta") && reader.has(kOrigin);
  if (!is_estimator) {
    throw UserError(reader.path().string() + " is no estimator", "it has no /theta and /provenance",
                    "name an estimator.h5 that at2 train wrote");
  }
  const std::int64_t version = reader.int_attribute(kOrigin, "schema_version");
  if (version != kAttentionSchema && version != kFeatureSchema) {
    throw UserError(reader.path().string() + " cannot be used",
                    "its schema version is " + std::to_string(version) + ", this program reads those up to " +
                        std::to_string(kFeatureSchema),
                    "train again with this version of at2");
  }
}

/// [B, L, H] for B features.
at::Tensor read_theta(const Hdf5Reader& reader, std::int64_t num_features) {
  at::Tensor theta = reader.read("theta");
  const bool of_shape = num_features == 1 ? theta.dim() == 2 : theta.dim() == 3 && theta.size(0) == num_features;
  const bool usable = of_shape && theta.numel() > 0 && theta.scalar_type() == at::kFloat;
  if (!usable || !at::isfinite(theta).all().item<bool>()) {
    throw UserError(reader.path().string() + ": /theta is damaged",
                    "it is not a matrix of finite float32 numbers for each of its features", "train again");
  }
  return num_features == 1 ? theta.unsqueeze(0) : theta;
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

ScoreEstimator::ScoreEstimator(std::int64_t num_layers, std::int64_t num_heads, const at::Tensor& theta,
                               std::vector<Feature> features)
    : features_(std::move(features)), num_layers_(num_layers), num_heads_(num_heads) {
  AT2_EXPECT(num_layers > 0 && num_heads > 0 && !features_.empty(), "a model has layers and heads");
  AT2_EXPECT(theta.numel() == num_features(), "one weight per feature, layer and head");
  AT2_EXPECT(at::isfinite(theta).all().item<bool>(), "weights are finite");
  weight_F_ = theta.detach().reshape({num_features()}).to(at::kCPU, at::kFloat, /*non_blocking=*/false, /*copy=*/true);
}

at::Tensor ScoreEstimator::theta() const {
  const std::int64_t features = std::ssize(features_);
  return features == 1 ? weight_F_.view({num_layers_, num_heads_})
                       : weight_F_.view({features, num_layers_, num_heads_});
}

at::Tensor ScoreEstimator::operator()(const at::Tensor& features) const {
  AT2_EXPECT(features.dim() > 0 && features.size(-1) == num_features(),
             "the last dimension holds L x H features of each kind");
  if (!features.is_cpu()) return at::matmul(features, weight_F_.to(features.options()));
  return row_sums(features.to(at::kDouble).contiguous(), weight_F_.to(at::kDouble)).to(features.scalar_type());
}

ScoreEstimator ScoreEstimator::normalized() const {
  const at::Tensor weight_F = weight_F_.to(at::kDouble);
  const double norm = weight_F.abs().sum().item<double>();
  AT2_EXPECT(norm > 0, "weights that are all zero cannot be normalised");
  return {num_layers_, num_heads_, weight_F / norm, features_};
}

void save_estimator(const std::filesystem::path& path, const ScoreEstimator& estimator, const EstimatorOrigin& origin) {
  Hdf5Writer writer(path);
  writer.write("theta", estimator.normalized().theta());
  const bool paper = is_attention(estimator.features());
  writer.write_attribute(kOrigin, "schema_version", paper ? kAttentionSchema : kFeatureSchema);
  if (!paper) {
    std::vector<std::string> words;
    for (const Feature feature : estimator.features()) words.emplace_back(to_text(feature));
    writer.write_texts("features", words);
  }
  if (!origin.prior_candidates.empty()) {
    writer.write("prior_candidates", at::tensor(origin.prior_candidates, at::kDouble));
  }
  if (origin.prior_strength != 0) writer.write("prior_strength", at::scalar_tensor(origin.prior_strength, at::kDouble));
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
  std::vector<Feature> features = read_features(reader);
  const at::Tensor theta_BLH = read_theta(reader, std::ssize(features));
  return {ScoreEstimator(theta_BLH.size(1), theta_BLH.size(2), theta_BLH, std::move(features)), std::move(origin)};
}

}  // namespace at2
