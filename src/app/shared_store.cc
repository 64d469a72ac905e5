#include "app/shared_store.h"

#include <string>
#include <system_error>

#include "base/errors.h"
#include "store/shard_folder.h"

namespace at2 {
namespace {

namespace fs = std::filesystem;

std::string suffix_of(const ShardHeader& place) {
  return "-" + place.device + "-" + place.dtype + "-" + place.instruction_set;
}

/// Links one kind of artifact after another.
class Linker {
 public:
  Linker(fs::path shared, const ShardHeader& place) : shared_(std::move(shared)), suffix_(suffix_of(place)) {}

  /// \param artifact  folder within the run
  void link_folder(const char* kind, const std::string& fingerprint, const fs::path& artifact) const {
    link(kind, fingerprint, artifact, folder_of(kind, fingerprint));
  }

  /// \param artifact  file within the run, which has the same name in the shared folder
  void link_file(const char* kind, const std::string& fingerprint, const fs::path& artifact) const {
    link(kind, fingerprint, artifact, folder_of(kind, fingerprint) / artifact.filename());
  }

 private:
  [[nodiscard]] fs::path folder_of(const char* kind, const std::string& fingerprint) const {
    const fs::path folder = shared_ / kind / (fingerprint + suffix_);
    prepare_folder(folder);
    return folder;
  }

  static void link(const char* kind, const std::string& fingerprint, const fs::path& artifact, const fs::path& target) {
    std::error_code error;
    fs::create_directories(artifact.parent_path(), error);
    const fs::path from = fs::canonical(artifact.parent_path());
    // The file may not be there yet, its folder is.
    const fs::path to = fs::canonical(target.parent_path()) / target.filename();
    fs::create_symlink(to.lexically_relative(from), artifact, error);
    // What lies there already may be the same link, of this run earlier or of another process now.
    if (!error || is_link_to(artifact, std::string(kind) + "/" + fingerprint)) return;
    if (!fs::exists(fs::symlink_status(artifact))) {
      throw UserError("cannot make the link " + artifact.string(), error.message(),
                      "choose another run folder with --out DIR, or leave store.shared empty");
    }
    throw UserError(artifact.string() + " belongs to another run",
                    "it is not the link to " + target.string() + " that store.shared asks for",
                    "use --out DIR for another folder");
  }

  /// A link to another device's place counts too: whether the run may go on from there is for the shards to say.
  static bool is_link_to(const fs::path& artifact, const std::string& start) {
    std::error_code error;
    const std::string target = fs::read_symlink(artifact, error).generic_string();
    return !error && target.find("/" + start + "-") != std::string::npos;
  }

  fs::path shared_;
  std::string suffix_;
};

}  // namespace

void link_shared(const Session& session, const Inputs& inputs) {
  const std::string& shared = session.options.store.shared;
  if (shared.empty()) return;
  const RunFolder& folder = session.folder;
  const Linker linker(shared, shard_header(inputs, "", "", 0));
  linker.link_folder("responses", responses_fingerprint(session, inputs, Split::evaluation),
                     folder.responses(Split::evaluation));
  linker.link_folder("scores", scores_fingerprint(session, inputs), folder.scores());
  if (!learns(session.options)) return;
  linker.link_folder("responses", responses_fingerprint(session, inputs, Split::train), folder.responses(Split::train));
  linker.link_folder("ablations", ablations_fingerprint(session, inputs), folder.ablations());
  linker.link_file("estimators", estimator_fingerprint(session, inputs), folder.estimator());
  linker.link_file("estimators", estimator_fingerprint(session, inputs), folder.training());
}

std::optional<fs::path> shared_place(const Session& session, const Inputs& inputs, const std::string& kind,
                                     const std::string& fingerprint) {
  const std::string& shared = session.options.store.shared;
  if (shared.empty()) return std::nullopt;
  return fs::path(shared) / kind / (fingerprint + suffix_of(shard_header(inputs, "", "", 0)));
}

}  // namespace at2
