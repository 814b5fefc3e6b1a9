#include "readers.hpp"

#include <stdexcept>

#include "class/json_writer.hpp"

using harness::Json;

namespace {

void want(bool right, const std::string& otherwise) {
  if (!right) throw std::runtime_error(otherwise);
}

class XmlReader {
 public:
  explicit XmlReader(const std::string& text) : text_(text) {}

  Xml document() {
    want(take("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"), "no XML declaration");
    blanks();
    Xml root = element();
    blanks();
    want(at_ == text_.size(), "something after the root");
    return root;
  }

 private:
  bool take(const std::string& word) {
    if (text_.compare(at_, word.size(), word) != 0) return false;
    at_ += word.size();
    return true;
  }

  void blanks() {
    while (at_ < text_.size() && std::string(" \t\r\n").find(text_[at_]) != std::string::npos) ++at_;
  }

  std::string name() {
    std::size_t start = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) ||
                                  std::string("-_.").find(text_[at_]) != std::string::npos))
      ++at_;
    want(at_ > start, "a name is missing at " + text_.substr(start, 30));
    return text_.substr(start, at_ - start);
  }

  // Up to `end`; a bare < or & or ]]> is wrong.
  std::string characters(char end) {
    std::string out;
    while (at_ < text_.size() && text_[at_] != end) {
      want(text_[at_] != '<', "a bare <");
      want(text_.compare(at_, 3, "]]>") != 0, "a bare ]]>");
      if (text_[at_] == '&')
        out += reference();
      else
        out += text_[at_++];
    }
    return out;
  }

  char reference() {
    std::size_t end = text_.find(';', at_);
    want(end != std::string::npos, "a bare &");
    std::string word = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    static const std::map<std::string, char> known{{"amp", '&'},  {"lt", '<'},   {"gt", '>'}, {"quot", '"'},
                                                   {"#39", '\''}, {"#10", '\n'}, {"#9", '\t'}};
    want(known.contains(word), "an unknown reference &" + word + ";");
    return known.at(word);
  }

  Xml element() {
    Xml xml;
    want(take("<"), "an element is missing at " + text_.substr(at_, 30));
    xml.name = name();
    for (blanks(); !take(">"); blanks()) {
      if (take("/>")) return xml;
      std::string key = name();
      want(take("=\"") && !xml.attributes.contains(key), "an attribute without a value, or twice: " + key);
      xml.attributes[key] = characters('"');
      want(take("\""), "an attribute without an end: " + key);
    }
    while (text_.compare(at_, 2, "</") != 0) {
      xml.text += characters('<');
      want(at_ < text_.size(), xml.name + " does not end");
      if (text_.compare(at_, 2, "</") != 0) xml.children.push_back(element());
    }
    want(take("</" + xml.name + ">"), xml.name + " is not closed in its turn");
    return xml;
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

}  // namespace

Json read_json(const std::string& text) {
  want(classroom::utf8(text) == text, "not UTF-8");
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (inside && text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      inside = !inside;
    else
      want(!inside || static_cast<unsigned char>(text[i]) >= 0x20, "a control character in a string");
  }
  Json json = Json::parse(text);
  want(!json.is_null(), "not JSON");
  return json;
}

std::vector<std::vector<std::string>> read_csv(const std::string& text) {
  std::vector<std::vector<std::string>> rows(1, {""});
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string& field = rows.back().back();
    char c = text[i];
    if (quoted) {
      if (c != '"')
        field += c;
      else if (i + 1 < text.size() && text[i + 1] == '"')
        field += text[++i];
      else {
        quoted = false;
        want(i + 1 < text.size() && (text[i + 1] == ',' || text[i + 1] == '\r'), "something after a closing quote");
      }
    } else if (c == '"') {
      want(field.empty(), "a quote inside a bare field");
      quoted = true;
    } else if (c == ',') {
      rows.back().push_back("");
    } else if (c == '\r') {
      want(i + 1 < text.size() && text[++i] == '\n', "CR without LF");
      rows.push_back({""});
    } else {
      want(c != '\n', "LF without CR");
      field += c;
    }
  }
  want(!quoted && rows.back() == std::vector<std::string>{""}, "the last row does not end");
  rows.pop_back();
  for (const auto& row : rows) want(row.size() == rows[0].size(), "a row of another length");
  return rows;
}

std::vector<const Xml*> Xml::all(const std::string& called) const {
  std::vector<const Xml*> found;
  if (name == called) found.push_back(this);
  for (const Xml& child : children)
    for (const Xml* one : child.all(called)) found.push_back(one);
  return found;
}

std::string Xml::property(const std::string& called) const {
  for (const Xml& child : children)
    if (child.name == "properties")
      for (const Xml& property : child.children)
        if (property.attributes.at("name") == called) return property.attributes.at("value");
  return "";
}

Xml read_xml(const std::string& text) {
  want(classroom::utf8(text) == text, "not UTF-8");
  for (char c : text)
    want(static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t' || c == '\r', "a character that XML forbids");
  want(text.find("\xef\xbf\xbe") == std::string::npos && text.find("\xef\xbf\xbf") == std::string::npos,
       "U+FFFE or U+FFFF");
  return XmlReader(text).document();
}

std::string breaks(const Json& schema, const Json& value, const std::string& at) {
  using Kind = Json::Kind;
  static const std::map<std::string, Kind> kinds{{"object", Kind::object},  {"array", Kind::array},
                                                 {"string", Kind::string},  {"number", Kind::number},
                                                 {"integer", Kind::number}, {"boolean", Kind::boolean}};
  const std::string& type = schema["type"].text();
  if (!type.empty() && kinds.at(type) != value.kind()) return at + " is no " + type;
  if (type == "integer" && value.number() != static_cast<double>(static_cast<long>(value.number())))
    return at + " is not whole";
  if (!schema["minimum"].is_null() && value.number() < schema["minimum"].number()) return at + " is too small";
  if (!schema["const"].is_null() && value.text() != schema["const"].text())
    return at + " is not " + schema["const"].text();
  bool one_of = schema["enum"].is_null();
  for (const Json& word : schema["enum"].items()) one_of = one_of || word.text() == value.text();
  if (!one_of) return at + " is none of the words: " + value.text();
  for (const Json& key : schema["required"].items())
    if (!value.members().contains(key.text())) return at + " has no " + key.text();
  for (const auto& [key, member] : value.members()) {
    if (const Json& own = schema["properties"][key]; !own.is_null()) {
      if (std::string wrong = breaks(own, member, at + "." + key); !wrong.empty()) return wrong;
    } else if (!schema["additionalProperties"].is_null()) {
      return at + " has a member that the schema does not know: " + key;
    }
  }
  if (!schema["items"].is_null())
    for (std::size_t i = 0; i < value.items().size(); ++i)
      if (std::string wrong = breaks(schema["items"], value.items()[i], at + "[" + std::to_string(i) + "]");
          !wrong.empty())
        return wrong;
  return "";
}
