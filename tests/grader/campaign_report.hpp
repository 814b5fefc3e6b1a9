#pragma once
#include <string>
#include <vector>

#include "campaign_row.hpp"

/// The rows as a table that Doxygen and a terminal can show alike, and below it what each of them has found. Rows of
/// one lab must agree on every verdict, but for those with a fault, each of which must agree with itself.
std::string report_of(const std::vector<Row>& rows);

/// True when every claim of every proof held, and no verdict changed.
bool every_claim_held(const std::vector<Row>& rows);
