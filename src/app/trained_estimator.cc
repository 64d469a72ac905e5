#include "app/trained_estimator.h"

#include "base/errors.h"

namespace at2 {

ScoreEstimator trained_estimator(const Session& session, const Inputs& inputs) {
  const auto path = session.folder.estimator();
  if (!std::filesystem::exists(path)) {
    throw UserError(path.string() + " is missing", "AT2 has not been trained",
                    "run at2 train with the same config first");
  }
  StoredEstimator stored = load_estimator(path, inputs.model_fingerprint);
  const std::string wanted = estimator_fingerprint(session, inputs);
  if (stored.origin.fingerprint != wanted) {
    throw UserError(path.string() + " is of another run",
                    "its fingerprint is " + stored.origin.fingerprint + ", this run's is " + wanted,
                    "use another folder (--out) or delete the file");
  }
  return stored.estimator;
}

Estimators estimators_for(const Session& session, const Inputs& inputs, const EvaluateOptions& methods) {
  Estimators estimators;
  if (uses(methods, Method::at2)) estimators.own = trained_estimator(session, inputs);
  if (uses(methods, Method::at2_general)) estimators.general = inputs.general->estimator;
  return estimators;
}

}  // namespace at2
