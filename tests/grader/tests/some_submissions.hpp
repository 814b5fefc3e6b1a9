#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "class/grade.hpp"
#include "files.hpp"
#include "subprocess.hpp"

/// What the tests of `grade class` have in common: submissions of lab 02, and what became of them.

using harness::text_if_any, harness::text_of;
void write_text(const std::filesystem::path& path, const std::string& text);

/// An empty folder for this test.
std::string fresh(const std::string& name);

std::string replaced(std::string text, const std::string& from, const std::string& to);

/// Folders of lab 02, with a slash at the end.
extern const std::string reference, skeleton;

/// Writes the two programs that are not empty.
void hand_in(const std::string& folder, const std::string& server, const std::string& client);

/// The whole command for a class of lab 02.
std::vector<std::string> class_command(const std::string& folder, const std::string& results,
                                       const std::vector<std::string>& more = {});
Captured grade_class(const std::string& folder, const std::string& results, const std::vector<std::string>& more = {});

classroom::Grade grade_in(const std::string& results, const std::string& name);
std::string states_of(const classroom::Grade& grade);
std::string notes_of(const classroom::Grade& grade);

/// What outlives the grader becomes a child of ours, when we are a subreaper.
std::size_t living_descendants();

/// True when this machine can hold strangers' programs.
bool can_hold();
