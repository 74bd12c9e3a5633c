// Catch2, whichever major version is installed: Debian 12 has 2.13, newer distributions have 3.
#pragma once

#if PERSIST_CATCH2_MAJOR >= 3
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
