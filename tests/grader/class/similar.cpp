#include "similar.hpp"

#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <stdexcept>

#include "choice.hpp"
#include "files.hpp"
#include "fingerprints.hpp"
#include "grading.hpp"
#include "terminal.hpp"

namespace fs = std::filesystem;

namespace classroom {
namespace {

constexpr double unusual = 0.35;   // of the smaller one's own stretches
constexpr std::size_t enough = 8;  // fewer may be chance
constexpr std::size_t most_pairs = 100;

struct Text {
  std::string file, content;
};

struct Work {
  std::string name, key;
  std::map<std::uint64_t, std::pair<std::string, int>> own;  // file and line
};

struct Pair {
  const Work *one, *other;
  std::size_t shared;
  double part;
};

std::vector<Text> texts_in(const std::string& folder) {
  std::vector<Text> all;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".cpp" || entry.path().extension() == ".hpp")
      all.push_back({entry.path().filename().string(), harness::text_if_any(entry.path())});
  std::sort(all.begin(), all.end(), [](const Text& a, const Text& b) { return a.file < b.file; });
  return all;
}

// What everybody was given.
std::set<std::uint64_t> given(const Lab& lab) {
  std::set<std::uint64_t> all;
  for (const std::string& folder : {"/labs/" + lab.stem, "/solutions/" + lab.stem, std::string("/common")})
    for (const Text& text : texts_in(source_folder() + folder)) all.merge(all_fingerprints_of(text.content));
  return all;
}

class Scratch {
 public:
  Scratch() {
    if (::mkdtemp(path_.data()) == nullptr)
      throw std::runtime_error(std::string("no folder for the work can be made: ") + std::strerror(errno));
    ::chmod(path_.c_str(), 0711);
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_ = fs::temp_directory_path().string() + "/socket-labs-similar-XXXXXX";
};

std::vector<Work> read_all(const Class& all, const Setting& setting, const std::set<std::uint64_t>& left_out) {
  std::vector<Work> works;
  Scratch scratch;
  for (const Submission& submission : all.submissions) {
    show_status(" reading " + std::to_string(works.size() + 1) + " of " + std::to_string(all.submissions.size()));
    std::string folder = scratch.path() + "/one";
    Taken taken = take(submission, setting, folder);
    Work work{submission.name, taken.key, {}};
    for (const Text& text : texts_in(folder + "/source"))
      for (const auto& [print, line] : fingerprints_of(text.content))
        if (!left_out.contains(print)) work.own.try_emplace(print, text.file, line);
    works.push_back(std::move(work));
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
  clear_status();
  return works;
}

// What half of the class has is a habit, or was said in class.
void leave_out_habits(std::vector<Work>& works) {
  std::map<std::uint64_t, std::size_t> owners;
  for (const Work& work : works)
    for (const auto& [print, place] : work.own) ++owners[print];
  std::size_t many = std::max<std::size_t>(4, works.size() / 2);
  for (Work& work : works) std::erase_if(work.own, [&](const auto& entry) { return owners[entry.first] > many; });
}

std::vector<Pair> unusual_pairs(const std::vector<Work>& works) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < works.size(); ++i)
    for (std::size_t j = i + 1; j < works.size(); ++j) {
      const auto &a = works[i].own, &b = works[j].own;
      if (a.empty() || b.empty()) continue;
      std::size_t shared = 0;
      for (const auto& [print, place] : a) shared += b.contains(print) ? 1 : 0;
      double part = static_cast<double>(shared) / static_cast<double>(std::min(a.size(), b.size()));
      if (shared >= enough && part >= unusual) pairs.push_back({&works[i], &works[j], shared, part});
    }
  std::sort(pairs.begin(), pairs.end(),
            [](const Pair& a, const Pair& b) { return a.part != b.part ? a.part > b.part : a.shared > b.shared; });
  return pairs;
}

// The longest stretch of lines without a gap of more than six, and where it is in the other.
std::string where(const Pair& pair) {
  std::map<std::string, std::map<int, std::pair<std::string, int>>> lines;
  for (const auto& [print, place] : pair.one->own)
    if (auto found = pair.other->own.find(print); found != pair.other->own.end())
      lines[place.first].try_emplace(place.second, found->second);
  std::string best;
  int longest = -1;
  for (const auto& [file, places] : lines)
    for (auto begin = places.begin(); begin != places.end();) {
      auto last = begin, next = std::next(begin);
      while (next != places.end() && next->first - last->first <= 6 && next->second.first == begin->second.first)
        last = next++;
      if (int length = last->first - begin->first; length > longest) {
        longest = length;
        auto [least, most] = std::minmax(begin->second.second, last->second.second);
        best = file + " from line " + std::to_string(begin->first) + " to " + std::to_string(last->first) + ", and " +
               begin->second.first + " from line " + std::to_string(least) + " to " + std::to_string(most);
      }
      begin = next;
    }
  return best;
}

}  // namespace
}  // namespace classroom

int report_similar(const std::string& folder, const std::string& lab_name) {
  using namespace classroom;
  Setting setting;
  setting.lab = find_lab(lab_name);
  setting.recipe = recipe_of(setting.lab);
  setting.hold = probe_hold();
  Class all = submissions_in(folder, "");
  std::vector<Work> works = read_all(all, setting, given(setting.lab));
  leave_out_habits(works);
  std::vector<Pair> pairs = unusual_pairs(works);

  std::cout << "\n Lab " << setting.lab.number << ' ' << setting.lab.title << ": similar submissions\n\n"
            << " What the skeleton, the reference and half of the class have is left out; names, numbers, texts, "
               "comments and\n"
            << " layout do not count. To share much is a reason to look, and to ask; it proves nothing.\n\n";
  for (std::size_t i = 0; i < pairs.size() && i < most_pairs; ++i) {
    const Pair& pair = pairs[i];
    std::cout << "   " << padded(std::to_string(static_cast<int>(pair.part * 100 + 0.5)) + " %", 7) << pair.one->name
              << "  and  " << pair.other->name
              << (!pair.one->key.empty() && pair.one->key == pair.other->key ? "   (the same files, byte for byte)"
                                                                             : "")
              << "\n          " << pair.shared << " stretches; the longest: " << where(pair) << '\n';
  }
  if (pairs.size() > most_pairs) std::cout << "   and " << pairs.size() - most_pairs << " more\n";
  std::cout << "\n " << pairs.size() << (pairs.size() == 1 ? " pair" : " pairs") << " of " << works.size()
            << " submissions share unusually much.\n"
            << std::flush;
  return 0;
}
