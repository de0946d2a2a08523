# argosy_library(NAME SOURCES a.cpp … [DEPS lib …])   a static library argosy_NAME; a layer of the house
# argosy_test(NAME SOURCES a_test.cpp … [DEPS lib …] [LABELS label …])   a GoogleTest program NAME, known to ctest
# argosy_program(NAME SOURCES main.cpp … [DEPS lib …])
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wno-missing-field-initializers -Werror -fno-omit-frame-pointer)
if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  add_compile_options(-g1)
endif()

set(ARGOSY_SANITIZE "" CACHE STRING "sanitizers to build with: address,undefined or thread")
if(ARGOSY_SANITIZE)
  # GCC 12 reports false maybe-uninitialized and stringop warnings under sanitizers.
  add_compile_options(-fsanitize=${ARGOSY_SANITIZE} -fno-sanitize-recover=all -Wno-maybe-uninitialized
    -Wno-stringop-overflow -Wno-restrict -Wno-array-bounds)
  add_link_options(-fsanitize=${ARGOSY_SANITIZE})
  if(ARGOSY_SANITIZE MATCHES "undefined")
    # SOCI's SQLite backend exports no type information for its session: the check of virtual tables cannot link.
    add_compile_options(-fno-sanitize=vptr)
  endif()
  if(ARGOSY_SANITIZE STREQUAL "thread")
    add_compile_options(-Wno-tsan)
  endif()
endif()

find_package(Threads REQUIRED)
find_package(GTest REQUIRED)

function(argosy_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(argosy_${name} STATIC ${ARG_SOURCES})
  target_include_directories(argosy_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(argosy_${name} PUBLIC ${ARG_DEPS})
endfunction()

function(argosy_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS})
endfunction()

function(argosy_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
  if(ARG_LABELS)
    set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}")
  endif()
endfunction()
