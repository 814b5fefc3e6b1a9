#pragma once
#include <string>
#include <string_view>

/// How the board looks: in colour on a terminal, plain in a pipe.

enum class Colour { plain, bold, dim, green, red, yellow, blue };

/// True when stdout is a terminal and nothing asks for plain text (the NO_COLOR convention, TERM=dumb).
bool on_terminal();

/// `text` in `colour`, or as it is where there are no colours.
std::string in(Colour colour, std::string_view text);

/// Columns of the terminal, between 60 and 120; 100 in a pipe.
std::size_t columns();

/// `text`, with blanks behind it up to `width`.
std::string padded(std::string_view text, std::size_t width);

/// `word` as a shell reads it back: as it is, or in quotes where it holds a blank or what else means something there.
std::string for_a_shell(const std::string& word);

/// A line that is written over by the next one; nothing in a pipe.
void show_status(std::string_view text);
void clear_status();
