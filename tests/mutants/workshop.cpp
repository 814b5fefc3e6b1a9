#include "workshop.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "files.hpp"
#include "fnv.hpp"
#include "subprocess.hpp"

namespace fs = std::filesystem;

namespace mutants {
namespace {

// A constant expression that never ends is a mutant, too. Seconds of the processor, whatever else the machine does.
std::vector<std::string> bounded(const std::string& compiler) {
  return {"/bin/sh", "-c", "ulimit -t 120; exec \"$@\"", "sh", compiler};
}

void write(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

std::string object_of(const std::string& folder, const std::string& file) { return folder + "/" + file + ".o"; }

bool is_header(const std::string& file) { return file.ends_with(".hpp"); }

}  // namespace

Workshop::Workshop(const Lab& lab, const std::string& folder)
    : recipe_(classroom::recipe_of(lab)),
      solution_(source_folder() + "/solutions/" + lab.stem),
      skeleton_(source_folder() + "/labs/" + lab.stem),
      folder_(folder),
      reference_programs_(lab.build_folder("solutions")) {
  for (Way way : {Way::plain, Way::sanitized}) {
    std::string objects = reference(way);
    fs::create_directories(objects);
    for (const std::string& file : all_files())
      if (!is_header(file) && !compile(solution_, way, file, objects))
        throw std::runtime_error("the reference does not compile: " + file);
    for (const std::string& program : recipe_.programs)
      if (!link(program, way, objects)) throw std::runtime_error("the reference cannot be linked: " + program);
  }
}

std::string Workshop::reference(Way way) const { return folder_ + (way == Way::plain ? "/plain" : "/sanitized"); }

std::string Workshop::text_of(const std::string& file) const { return harness::text_if_any(solution_ + "/" + file); }

std::vector<std::string> Workshop::all_files() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(solution_))
    if (entry.path().extension() == ".cpp" || entry.path().extension() == ".hpp")
      names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> Workshop::files() const {
  std::vector<std::string> names = all_files();
  std::erase_if(
      names, [this](const std::string& name) { return harness::text_if_any(skeleton_ + "/" + name) == text_of(name); });
  return names;
}

std::vector<std::string> Workshop::compiler(Way way) const {
  std::vector<std::string> words = bounded(recipe_.compiler);
  for (const std::string& flag : recipe_.flags)
    if (way == Way::sanitized || !(flag == "-g" || flag.find("sanitize") != std::string::npos)) words.push_back(flag);
  words.push_back("-w");
  return words;
}

bool Workshop::compile(const std::string& source, Way way, const std::string& file, const std::string& objects) const {
  std::vector<std::string> words = compiler(way);
  for (const std::string& include : recipe_.includes) words.push_back("-I" + include);
  words.insert(words.end(), {"-c", source + "/" + file, "-o", object_of(objects, file)});
  return capture(words).status == 0;
}

// What the programs share goes into an archive, as in the labs' own build, so that nothing changes in a program that
// does not use the changed file.
bool Workshop::link(const std::string& program, Way way, const std::string& folder) const {
  auto object = [&](const std::string& file) {
    std::string own = object_of(folder, file);
    return fs::exists(own) ? own : object_of(reference(way), file);
  };
  std::vector<std::string> words = bounded(recipe_.compiler);
  words.insert(words.end(), recipe_.link.begin(), recipe_.link.end());
  words.insert(words.end(), {object(program + ".cpp"), "-o", folder + "/" + program});
  if (!recipe_.sources.empty()) {
    std::string archive = folder + "/shared.a";
    std::vector<std::string> ar{recipe_.archiver, "rcsD", archive};
    for (const std::string& source : recipe_.sources) ar.push_back(object(source));
    fs::remove(archive);
    if (capture(ar).status != 0) return false;
    words.push_back(archive);
  }
  words.insert(words.end(), recipe_.libraries.begin(), recipe_.libraries.end());
  return capture(words).status == 0;
}

Workshop::Made Workshop::make(const std::string& file, const std::string& text, Way way,
                              const std::string& folder) const {
  // A header is looked for beside the file that includes it, so all move.
  std::string source = folder + "/source";
  fs::create_directories(source);
  for (const std::string& name : all_files()) write(source + "/" + name, name == file ? text : text_of(name));
  for (const std::string& name : all_files())
    if (name == file ? !is_header(name) : is_header(file) && !is_header(name))
      if (!compile(source, way, name, folder)) return {};

  Made made;
  made.compiled = true;
  std::uint64_t fingerprint = fnv1a("");
  for (const std::string& program : recipe_.programs) {
    if (!link(program, way, folder)) return {};
    std::string built = harness::text_if_any(folder + "/" + program);
    if (built == harness::text_if_any(reference(way) + "/" + program)) {
      fs::remove(folder + "/" + program);
      fs::create_symlink(reference_programs_ + "/" + program, folder + "/" + program);
    } else {
      fingerprint = fnv1a(built, fnv1a(program, fingerprint));
      made.fingerprint = fingerprint;
    }
  }
  return made;
}

}  // namespace mutants
