#pragma once
#include <map>
#include <string>
#include <vector>

#include "files.hpp"
#include "json.hpp"

/// Strict readers of what the reports write: each throws std::runtime_error at the first thing that its standard
/// forbids.

/// JSON (RFC 8259) in UTF-8.
harness::Json read_json(const std::string& text);

/// CSV as RFC 4180 has it: CR LF ends a row, all rows have the same number of fields.
std::vector<std::vector<std::string>> read_csv(const std::string& text);

/// An element of an XML document, with the text between its tags.
struct Xml {
  std::string name, text;
  std::map<std::string, std::string> attributes;
  std::vector<Xml> children;

  std::vector<const Xml*> all(const std::string& called) const;  ///< at any depth
  std::string property(const std::string& called) const;         ///< of its <properties>
};

/// XML 1.0: well-formed, without a character that XML forbids.
Xml read_xml(const std::string& text);

/// The first thing in which `value` breaks `schema` (the part of JSON Schema that ours uses); empty when it keeps it.
std::string breaks(const harness::Json& schema, const harness::Json& value, const std::string& at = "$");
