// The large parts of a report body: threads, frames, registers, images.

#pragma once

#include <vector>

#include "analyzer/parse/json/report_field.h"
#include "core/model/crash_report.h"

namespace faultline {

/// `threads`, as an array of thread objects.
void read_threads(const ReportField& field, std::vector<Thread>& threads);

/// `frames`, `lastExceptionBacktrace`. Schema version 1 has each frame as
/// `[imageIndex, imageOffset, {…}]`; both forms are read.
void read_frames(const ReportField& field, std::vector<Frame>& frames);

/// `threadState`: registers in the order in which debuggers show them, whatever the report's.
void read_thread_state(const ReportField& field, ThreadState& state);

/// `usedImages`. Schema version 1 has each image as `[uuid, base, source]`; both forms are read.
void read_images(const ReportField& field, std::vector<Image>& images);

/// One image's names and size: a member of `usedImages`, or of version 1's `imageExtraInfo`.
void read_image(const ReportField& field, Image& image);

}  // namespace faultline
