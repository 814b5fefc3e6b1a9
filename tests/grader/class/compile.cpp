#include "compile.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "confined.hpp"
#include "files.hpp"
#include "subprocess.hpp"

namespace fs = std::filesystem;

namespace classroom {
namespace {

constexpr std::size_t most_lines = 40;

// As a person would read them: without the folders that only we know.
std::string readable(const Ended& ended, const std::string& source, const std::string& work) {
  std::istringstream lines(ended.output);
  std::string text;
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line);) {
    for (const std::string& folder : {source + "/", work + "/"})
      for (std::size_t at; (at = line.find(folder)) != std::string::npos;) line.erase(at, folder.size());
    if (line.size() > 300) line = line.substr(0, 300) + " ...";
    if (count++ < most_lines) text += line + "\n";
  }
  if (count > most_lines)
    text += "(" + std::to_string(count - most_lines) + " more lines; the first error is usually the one to mend)\n";
  if (!ended.cut.empty()) text += "The compiler was ended: " + ended.cut + ".\n";
  if (text.empty()) text = "The compiler ended with status " + std::to_string(ended.status) + " and said nothing.\n";
  return text;
}

// Once more for those that somebody killed: on a machine without memory the others may have ended by now.
std::vector<Ended> run_all(const std::vector<Confined>& all, std::size_t at_once) {
  std::vector<Ended> ended = run_confined(all, at_once);
  for (std::size_t i = 0; i < ended.size(); ++i) {
    if (ended[i].killed) ended[i] = run_confined({all[i]}, 1)[0];
    if (ended[i].killed)
      throw KilledFromOutside(
          "the compiler was killed, twice, and not by a limit of ours: the machine may be out of memory, or far too "
          "busy");
  }
  return ended;
}

class Compilation {
 public:
  Compilation(const Recipe& recipe, const std::string& kit, const std::string& source, const std::string& bin,
              const std::string& work, const std::string& built, uid_t user)
      : recipe_(recipe), kit_(kit), source_(source), bin_(bin), work_(work), built_(built), user_(user) {}

  Compiled run(const std::vector<std::string>& extra, std::size_t at_once) {
    std::vector<std::string> shared = recipe_.sources;
    shared.insert(shared.end(), extra.begin(), extra.end());
    find_keys(shared);
    if (take_all_from_built()) return result_;
    std::string for_all = make_archive(shared, at_once);
    if (!for_all.empty()) {
      for (const std::string& program : recipe_.programs) result_.errors[program] = for_all;
      return result_;
    }
    make_programs(at_once);
    return result_;
  }

 private:
  Confined command(std::vector<std::string> words) const {
    Confined confined;
    confined.command = std::move(words);
    confined.folder = work_;
    confined.readable = {kit_, source_, recipe_.compiler};
    confined.writable = {work_, bin_};
    confined.user = user_;
    return confined;
  }

  std::vector<std::string> compiler() const {
    std::vector<std::string> words{recipe_.compiler};
    words.insert(words.end(), recipe_.flags.begin(), recipe_.flags.end());
    words.push_back("-w");
    words.push_back(recipe_.version.starts_with("GNU") ? "-fmax-errors=20" : "-ferror-limit=20");
    words.push_back("-I" + source_);
    for (const std::string& include : recipe_.includes) words.push_back("-I" + include);
    return words;
  }

  // All that a program is made of goes into its key: its own file, the shared ones, and every header.
  void find_keys(const std::vector<std::string>& shared) {
    std::string common;
    std::vector<std::string> names = shared;
    for (const auto& entry : fs::directory_iterator(source_))
      if (entry.path().extension() == ".hpp") names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    std::vector<std::string> sum{SOCKET_LABS_CMAKE, "-E", "sha256sum"};
    for (const std::string& program : recipe_.programs) {
      std::string path = source_ + "/../content-" + program;
      std::ofstream all(path, std::ios::binary | std::ios::trunc);
      for (const std::string& name : names) add_to(all, name);
      add_to(all, program + ".cpp");
      sum.push_back(path);
    }
    Captured sums = capture(sum);
    std::istringstream lines(sums.output);
    std::string line;
    for (const std::string& program : recipe_.programs)
      if (sums.status == 0 && std::getline(lines, line)) key_[program] = line.substr(0, 64);
  }

  void add_to(std::ofstream& all, const std::string& name) const {
    std::string text = harness::text_if_any(source_ + "/" + name);
    all << name << ' ' << text.size() << '\n' << text;
  }

  bool take_from_built(const std::string& program) const {
    std::error_code error;
    return key_.contains(program) && fs::copy_file(built_ + "/" + program + "-" + key_.at(program),
                                                   bin_ + "/" + program, fs::copy_options::overwrite_existing, error);
  }

  bool take_all_from_built() const {
    return std::all_of(recipe_.programs.begin(), recipe_.programs.end(),
                       [this](const std::string& program) { return take_from_built(program); });
  }

  // Nothing of a stranger has run yet when this copy is made.
  void keep(const std::string& program) const {
    std::error_code error;
    std::string path = built_ + "/" + program + "-" + key_.at(program), part = path + "." + std::to_string(::getpid());
    if (fs::is_regular_file(fs::symlink_status(bin_ + "/" + program)) &&
        fs::copy_file(bin_ + "/" + program, part, error))
      fs::rename(part, path, error);
  }

  // What all programs share goes into an archive, as in the labs' own build: of two definitions a program's own counts.
  std::string make_archive(const std::vector<std::string>& shared, std::size_t at_once) {
    if (shared.empty()) return "";
    std::vector<Confined> compilations;
    std::vector<std::string> ar{recipe_.archiver, "rcs", work_ + "/shared.a"};
    for (const std::string& file : shared) {
      std::string object = work_ + "/" + file + ".o";
      std::vector<std::string> words = compiler();
      words.insert(words.end(), {"-c", source_ + "/" + file, "-o", object});
      compilations.push_back(command(words));
      ar.push_back(object);
    }
    std::string said;
    for (const Ended& ended : run_all(compilations, at_once))
      if (!ended.well()) said += readable(ended, source_, work_);
    if (!said.empty()) return said;
    Ended archived = run_all({command(ar)}, 1)[0];
    archive_ = work_ + "/shared.a";
    return archived.well() ? "" : readable(archived, source_, work_);
  }

  void make_programs(std::size_t at_once) {
    std::vector<Confined> all;
    std::vector<std::string> programs;
    for (const std::string& program : recipe_.programs) {
      if (take_from_built(program)) continue;
      programs.push_back(program);
      std::vector<std::string> words = compiler();
      words.insert(words.end(), recipe_.link.begin(), recipe_.link.end());
      words.insert(words.end(), {source_ + "/" + program + ".cpp", "-o", bin_ + "/" + program});
      if (!archive_.empty()) words.push_back(archive_);
      words.insert(words.end(), recipe_.libraries.begin(), recipe_.libraries.end());
      all.push_back(command(words));
    }
    std::vector<Ended> ended = run_all(all, at_once);
    for (std::size_t i = 0; i < ended.size(); ++i)
      if (ended[i].well())
        keep(programs[i]);
      else
        result_.errors[programs[i]] = readable(ended[i], source_, work_);
  }

  const Recipe& recipe_;
  std::string kit_, source_, bin_, work_, built_, archive_;
  std::map<std::string, std::string> key_;  // by program
  uid_t user_;
  Compiled result_;
};

}  // namespace

Compiled compile(const Recipe& recipe, const std::string& kit, const std::string& source,
                 const std::vector<std::string>& extra, const std::string& bin, const std::string& work,
                 const std::string& built, uid_t user, std::size_t at_once) {
  return Compilation(recipe, kit, source, bin, work, built, user).run(extra, at_once);
}

}  // namespace classroom
