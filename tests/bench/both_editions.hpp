#pragma once

/// How long both editions of the book take, from the chapters to the checked pages.
void time_both_editions();
