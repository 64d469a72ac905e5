/// \file data/record_split.h
/// \brief Cuts a file into records without parsing them, so that one broken record spoils no other.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "data/text_input.h"

namespace at2 {

/// The text of one record, and the line (from 1) on which it starts.
struct RawRecord {
  std::string text;
  std::int64_t line = 0;
};

/// Called with each record in turn; it may take its text away.
using RecordSink = std::function<void(RawRecord&)>;

/// The lines that are not blank, without white space at their ends.
void cut_lines(TextInput& file, const RecordSink& sink);

/// The elements of the JSON array, or the members ("key": value) of the JSON object, that comes next.
/// \throws UserError if neither comes next, or the file ends within it.
void cut_elements(TextInput& file, const RecordSink& sink);

/// The records of a file that is either one JSON array or JSON lines.
/// \throws UserError if an array is not closed, or text follows it.
void cut_records(TextInput& file, const RecordSink& sink);

/// \throws UserError if something but white space follows.
void expect_end(TextInput& file);

}  // namespace at2
