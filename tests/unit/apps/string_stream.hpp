// Output that a test can look at.
#pragma once

#include "output/stream.hpp"

namespace persist::app {

class StringStream final : public OutputStream {
 public:
  std::string text;

 private:
  Result<bool> put(std::string_view bytes) override {
    text += bytes;
    return true;
  }
};

}  // namespace persist::app
