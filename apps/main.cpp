#include "commands/command.hpp"

int main(int argc, char** argv) {
  return persist::app::run_program(std::vector<std::string>(argv + 1, argv + argc));
}
