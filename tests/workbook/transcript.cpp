#include "transcript.hpp"

#include <algorithm>
#include <regex>
#include <sstream>
#include <utility>

namespace {

// A terminal shows nothing of blanks at the end, nor of a carriage return.
std::string trimmed(const std::string& text) { return text.substr(0, text.find_last_not_of(" \r") + 1); }

// A fenced block of a page, with the comments right before it.
struct Block {
  std::size_t line = 0;
  std::string language;
  std::vector<std::string> comments, lines;

  // What the comments `<!-- name: ... -->` say.
  std::vector<std::string> said(const std::string& name) const {
    std::vector<std::string> all;
    for (const std::string& comment : comments)
      if (comment.starts_with(name + ": ")) all.push_back(comment.substr(name.size() + 2));
    return all;
  }
  std::string said_once(const std::string& name) const {
    auto all = said(name);
    return all.empty() ? "" : all.front();
  }
};

std::vector<Block> blocks_in(const std::string& markdown) {
  static const std::regex comment("<!-- (.*) -->");
  std::vector<Block> all;
  std::vector<std::string> lines = lines_of(markdown), comments;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::smatch found;
    if (std::regex_match(lines[i], found, comment)) {
      comments.push_back(found[1]);
    } else if (lines[i].starts_with("```")) {
      Block block{i + 1, lines[i].substr(3), std::exchange(comments, {}), {}};
      while (++i < lines.size() && lines[i] != "```") block.lines.push_back(lines[i]);
      all.push_back(std::move(block));
    } else {
      comments.clear();
    }
  }
  return all;
}

bool shows_two_shells(const Block& block) {
  return !block.lines.empty() && std::regex_match(block.lines.front(), std::regex("left +right"));
}

bool begins_with(const Block& block, const char* prompt) {
  return !block.lines.empty() && block.lines.front().starts_with(prompt);
}

bool is_transcript(const Block& block) {
  return begins_with(block, "$ ") || (block.language.empty() && begins_with(block, "> ")) || shows_two_shells(block) ||
         !block.said("shown by").empty() || !block.said("not replayed").empty();
}

void read_shells(Transcript& transcript, const Block& block) {
  bool two = shows_two_shells(block);
  std::size_t column = two ? block.lines.front().find("right") : std::string::npos;
  for (std::size_t i = two ? 1 : 0; i < block.lines.size(); ++i)
    for (bool right : {false, true}) {
      const std::string& line = block.lines[i];
      std::string cell = right ? (line.size() > column ? line.substr(column) : "") : trimmed(line.substr(0, column));
      if (cell.empty()) continue;
      bool typed = cell.starts_with("> ");
      transcript.turns.push_back({right, typed, typed ? cell.substr(2) : cell});
    }
}

void read_commands(Transcript& transcript, const Block& block) {
  for (const std::string& line : block.lines) {
    Typed* last = transcript.typed.empty() ? nullptr : &transcript.typed.back();
    if (line.starts_with("$ "))
      transcript.typed.push_back({line.substr(2), {}});
    else if (last->answer.empty() && line.starts_with("> "))
      last->command += "\n" + line.substr(2);
    else if (last->answer.empty() && last->command.ends_with("\\"))
      last->command += "\n" + line;
    else
      last->answer.push_back(line);
  }
}

Transcript read(const Block& block) {
  Transcript transcript;
  transcript.line = block.line;
  transcript.excuse = block.said_once("not replayed");
  transcript.meanwhile = block.said_once("meanwhile");
  transcript.before = block.said("typed before");
  for (const std::string& line : block.lines) transcript.all += line + "\n";
  if (!transcript.excuse.empty()) return transcript;
  if (!block.said("shown by").empty())
    transcript.typed.push_back({block.said_once("shown by"), block.lines});
  else if (begins_with(block, "$ "))
    read_commands(transcript, block);
  else
    read_shells(transcript, block);
  if (!block.said("typed instead").empty()) transcript.typed.front().command = block.said_once("typed instead");
  return transcript;
}

bool agree_from(const std::vector<std::string>& expected, std::size_t i, const std::vector<std::string>& lines,
                std::size_t j) {
  if (i == expected.size()) return j == lines.size();
  if (expected[i] == "...")
    return agree_from(expected, i + 1, lines, j) || (j < lines.size() && agree_from(expected, i, lines, j + 1));
  return j < lines.size() && line_agrees(expected[i], lines[j]) && agree_from(expected, i + 1, lines, j + 1);
}

// The pieces of `text` between every `...` that is not part of a longer row of dots.
std::vector<std::string> cut_at_ellipses(const std::string& text) {
  std::vector<std::string> pieces{""};
  for (std::size_t i = 0; i < text.size();) {
    std::size_t dots = std::min(text.find_first_not_of('.', i), text.size()) - i;
    if (dots == 3)
      pieces.emplace_back();
    else
      pieces.back() += text.substr(i, std::max<std::size_t>(dots, 1));
    i += std::max<std::size_t>(dots, 1);
  }
  return pieces;
}

}  // namespace

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<Transcript> transcripts_in(const std::string& markdown) {
  std::vector<Transcript> all;
  for (const Block& block : blocks_in(markdown))
    if (is_transcript(block)) all.push_back(read(block));
  return all;
}

std::vector<std::string> doubtful_blocks(const std::string& markdown) {
  static const std::vector<std::string> known{"typed before", "typed instead", "shown by", "meanwhile", "not replayed"};
  std::vector<std::string> all;
  for (const Block& block : blocks_in(markdown)) {
    std::string place = "line " + std::to_string(block.line) + ": ";
    bool says_none = std::find(block.comments.begin(), block.comments.end(), "no transcript") != block.comments.end();
    if (block.language.empty() && !is_transcript(block) && !says_none)
      all.push_back(place + "neither a transcript nor marked as none");
    if (is_transcript(block) && says_none) all.push_back(place + "a transcript that is marked as none");
    if (!is_transcript(block))
      for (const std::string& line : block.lines)
        if (line.starts_with("$ ")) all.push_back(place + "a command is typed, and the block does not begin with one");
    for (const std::string& comment : block.comments)
      if (comment != "no transcript" && std::none_of(known.begin(), known.end(), [&comment](const std::string& name) {
            return comment.starts_with(name + ": ");
          }))
        all.push_back(place + "what does this comment mean: " + comment);
  }
  return all;
}

std::string masked(const std::string& line) {
  static const std::vector<std::pair<std::regex, const char*>> masks{
      {std::regex("(127\\.0\\.0\\.1|\\[::1\\])([:.])[0-9]{5}\\b"), "$1$2PORT"},
      {std::regex("htons\\([0-9]{5}\\)"), "htons(PORT)"},
      {std::regex("[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} [0-9]{4} GMT"), "DATE"},
      {std::regex("[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT"), "DATE"},
      {std::regex("[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} UTC [0-9]{4}"), "DATE"},
      {std::regex("\\b[0-9]+(\\.[0-9]+)? ms\\b|\\b[0-9]+\\.[0-9]+ seconds\\b"), "TIME"},
      {std::regex("timewait,[0-9]+sec"), "timewait,TIME"},
      {std::regex(" *\\(it took TIME\\)"), ""},
      {std::regex("for [0-9]+ more days"), "for N more days"},
      {std::regex("\\b(pid=|Process )[0-9]+|==[0-9]+=="), "PID"},
      {std::regex("\\b(win|seq|ack) [0-9]{6,}|\\bwin [0-9]+"), "$1 N"},          // of tcpdump
      {std::regex("^((ESTAB|[A-Z]+-WAIT-?[12]?|LAST-ACK) +)[0-9]{5,}"), "$1N"},  // of ss: what a buffer holds
      {std::regex("^((ESTAB|[A-Z]+-WAIT-?[12]?|LAST-ACK) +[0-9N]+ +)[0-9]{5,}"), "$1N"},
      {std::regex("Port *Process"), "Port Process"},
      {std::regex("^#[0-9]+ +(0x[0-9a-f]+ in )?"), "#FRAME "},  // of gdb
      {std::regex("0x[0-9a-f]{6,}"), "PLACE"},
      {std::regex("(\\.[ch]pp|\\.py|\\bc):[0-9]+"), "$1:LINE"},
      {std::regex("Python/[0-9.]+"), "Python/VERSION"},
      {std::regex(" = "), "="},  // in names of certificates, as OpenSSL's version has it
      {std::regex(" {2,}"), " "},
  };
  std::string text = trimmed(line);
  for (const auto& [what, mask] : masks) text = std::regex_replace(text, what, mask);
  return text;
}

bool line_agrees(const std::string& expected, const std::string& line) {
  std::vector<std::string> pieces = cut_at_ellipses(masked(expected));
  std::string rest = masked(line);
  if (!rest.starts_with(pieces.front())) return false;
  if (pieces.size() == 1) return rest == pieces.front();
  rest.erase(0, pieces.front().size());
  for (std::size_t i = 1; i + 1 < pieces.size(); ++i) {
    std::size_t found = rest.find(pieces[i]);
    if (found == std::string::npos) return false;
    rest.erase(0, found + pieces[i].size());
  }
  return rest.ends_with(pieces.back());
}

bool agree(const std::vector<std::string>& expected, const std::vector<std::string>& lines) {
  return agree_from(expected, 0, lines, 0);
}
