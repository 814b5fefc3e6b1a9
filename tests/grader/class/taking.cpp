// Which files of a submission are graded, and where they come from.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <set>

#include "archive.hpp"
#include "beneath.hpp"
#include "files.hpp"
#include "grading.hpp"
#include "options.hpp"

namespace fs = std::filesystem;

namespace classroom {
namespace {

constexpr std::size_t most_bytes = 1 << 20;  // of one file

void write_to(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  if (!file.flush()) throw std::runtime_error(path + " cannot be written: is the disk full?");
}

bool blank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; }

class Taking {
 public:
  Taking(const Submission& submission, const Setting& setting, const std::string& folder) : setting_(setting) {
    taken_.submission = submission;
    taken_.folder = folder;
    taken_.notes = submission.notes;
  }

  Taken run() {
    for (const char* name : {"", "/source", "/bin", "/tmp", "/own", "/objects", "/unpacked"})
      fs::create_directories(taken_.folder + name);
    Choice choice = look();
    for (const std::string& one : choice.notes) note(one);
    if (choice.files.empty()) {
      if (taken_.notes.size() == taken_.submission.notes.size())
        note("There is no file of " + setting_.lab.stem + " in it.");
      fs::remove_all(taken_.folder);
      tell_when();
      return taken_;
    }
    put_together(choice);
    tell_when();
    if (nothing_given_) {
      fs::remove_all(taken_.folder);
      return taken_;
    }
    make_key();
    std::error_code ignored;
    fs::remove_all(taken_.folder + "/unpacked", ignored);
    return taken_;
  }

 private:
  void note(const std::string& text) {
    if (std::find(taken_.notes.begin(), taken_.notes.end(), text) == taken_.notes.end()) taken_.notes.push_back(text);
  }

  // Files of a folder that we may not read, or cannot: it lies with us, not with the learner.
  void refuse_trouble(const std::string& path, const std::string& why) const {
    for (int trouble : {EACCES, EIO, EMFILE, ENFILE, ENOMEM})
      if (taken_.submission.archive.empty() && why == std::strerror(trouble))
        throw std::runtime_error(root_ + "/" + path + " cannot be read: " + why);
  }

  Choice look() {
    const Submission& submission = taken_.submission;
    if (!submission.loose.empty()) {
      root_ = submission.folder;
      return choose(submission.loose, setting_.lab);
    }
    if (submission.archive.empty()) {
      root_ = submission.folder;
      Beneath folder(root_);
      std::vector<std::string> files = folder.files();
      if (folder.cut_short()) note("The folder holds more than a submission should; not all of it was looked at.");
      if (files.empty()) note("The folder is empty.");
      return choose(files, setting_.lab);
    }
    root_ = taken_.folder + "/unpacked";
    // The unpacker runs as somebody else, and reads a copy, so that it needs no way to the class's folder.
    uid_t user = setting_.hold.other_user ? setting_.first : 0;
    std::string copy = taken_.folder + "/archive" + fs::path(submission.archive).extension().string();
    std::error_code error;
    if (fs::file_size(submission.archive, error) > (64 << 20)) {
      note("The archive is larger than 64 MiB; nothing was taken from it.");
      return {};
    }
    fs::copy_file(submission.archive, copy);
    fs::permissions(copy, fs::perms(0644));
    if (user != 0) (void)!::chown(root_.c_str(), user, user);
    Unpacked unpacked = unpack(copy, setting_.lab, root_, user);
    fs::remove(copy);
    if (!unpacked.trouble.empty()) note(unpacked.trouble);
    return unpacked.choice;
  }

  // A platform knows it. Otherwise the newest file tells, unless its time is that of a download or makes no sense.
  void tell_when() {
    taken_.submitted = taken_.submission.submitted;
    if (!taken_.submitted.empty()) {
      taken_.submitted_from = "platform";
    } else if (constexpr std::time_t senseless = 946684800 /* 2000 */;
               newest_ > senseless && newest_ <= std::time(nullptr) && !cloned_) {
      taken_.submitted = utc_text(newest_);
      taken_.submitted_from = "files";
    }
  }

  void look_at_time(const Beneath& folder, const std::string& path, std::time_t time) {
    newest_ = std::max(newest_, time);
    // In a clone the times of files are those of the clone.
    std::string above = path;
    while (!cloned_ && !above.empty()) {
      std::size_t slash = above.rfind('/');
      above.resize(slash == std::string::npos ? 0 : slash);
      cloned_ = folder.has(above.empty() ? ".git" : above + "/.git");
    }
  }

  void put_together(const Choice& choice) {
    Beneath folder(root_);
    std::set<std::string> given;
    bool changed = false;
    for (const std::string& file : files_of(setting_.lab)) {
      std::string pristine = harness::text_if_any(source_folder() + "/labs/" + setting_.lab.stem + "/" + file);
      content_[file] = pristine;
      auto found = choice.files.find(file);
      std::string why;
      if (found == choice.files.end()) continue;
      std::time_t time = 0;
      if (auto content = folder.read(found->second, most_bytes, why, &time)) {
        look_at_time(folder, found->second, time);
        changed = changed || *content != pristine;
        content_[file] = *content;
        given.insert(file);
      } else {
        refuse_trouble(found->second, why);
        note(file + " was not taken: " + why + ".");
      }
    }
    for (const auto& [name, path] : choice.extra) {
      std::string why;
      std::time_t time = 0;
      auto content = folder.read(path, most_bytes, why, &time);
      if (!content) {
        refuse_trouble(path, why);
        note(name + " was not taken: " + why + ".");
        continue;
      }
      if (content_.size() >= 200) {
        note("There are more than 200 source files; " + name + " and what follows were not taken.");
        break;
      }
      look_at_time(folder, path, time);
      content_[name] = *content;
      if (name.ends_with(".cpp")) taken_.extra.push_back(name);
    }
    for (const auto& [name, path] : choice.helper) {
      std::string why;
      auto content = folder.read(path, most_bytes, why);
      std::string ours = source_folder() + "/common/" + name;
      if (content && (!fs::exists(ours) || *content != harness::text_if_any(ours)))
        note("Its common/" + name + " differs from ours and was ignored.");
    }
    nothing_given_ = given.empty();
    for (const auto& [name, content] : content_) write_to(taken_.folder + "/source/" + name, content);
    for (const std::string& program : setting_.recipe.programs) {
      std::string file = program + ".cpp";
      bool there = given.contains(file), empty = there && blank(content_[file]);
      taken_.programs.push_back({program, empty ? "empty" : there ? "waiting" : "missing", ""});
    }
    std::string missing;
    for (const auto& program : setting_.recipe.programs)
      if (!given.contains(program + ".cpp")) missing += (missing.empty() ? "" : ", ") + program + ".cpp";
    if (!missing.empty() && !given.empty())
      note("Not handed in: " + missing + ". The skeleton's was taken, which is not written yet.");
    if (!changed && !given.empty()) note("Its files are the skeleton's, unchanged.");
  }

  // The same key means: the same files, judged by the same tests in the same way.
  void make_key() {
    std::string all = setting_.version;
    for (const auto& [name, content] : content_) all += name + " " + std::to_string(content.size()) + "\n" + content;
    write_to(taken_.folder + "/content", all);
    taken_.key = fingerprint_of_file(taken_.folder + "/content");
    fs::remove(taken_.folder + "/content");
  }

  const Setting& setting_;
  Taken taken_;
  std::string root_;
  std::map<std::string, std::string> content_;
  std::time_t newest_ = 0;
  bool cloned_ = false, nothing_given_ = false;
};

}  // namespace

Taken take(const Submission& submission, const Setting& setting, const std::string& folder) {
  return Taking(submission, setting, folder).run();
}

}  // namespace classroom
