// Standard input, output and error, which who starts the program may have closed.
#pragma once

namespace persist::app {

// Puts something that can be neither read nor written in the place of each that is closed. A file
// that is opened would come to lie there otherwise, and what is meant for people would be written
// into it.
void occupy_closed_standard_streams() noexcept;

}  // namespace persist::app
