// Limits: how big a thing may be, each with its reason. Whoever needs a bound puts it here, beside its kin.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace argosy::limits {

// -- A package, as check_package holds it. A definition travels whole in Deploy and Submit and is kept whole
// by
//    the master while its executions run, so what it may hold bounds both.

// A name stands in paths, table columns and file names; 128 fits them all, and a screen.
constexpr std::uint32_t kNameBytes = 128;
// The largest graphs seen in published workflow traces have some ten thousand tasks; bigger ones are arrays.
constexpr std::uint32_t kTasksPerPackage = 20'000;
constexpr std::uint32_t kPackagesPerProject = 1'000;
constexpr std::uint32_t kParametersPerPackage = 256;
// An edge is one counter in the master; a join of all tasks with all others would be 400 million of them.
constexpr std::uint32_t kEdgesPerPackage = 200'000;
constexpr std::uint32_t kArgumentsPerTask = 4'096;
// Linux takes one argument or environment string of at most 128 KiB (MAX_ARG_STRLEN), with its NUL.
constexpr std::uint32_t kArgumentBytes = 131'071;
// A script is handed to the shell as one argument.
constexpr std::uint32_t kScriptBytes = kArgumentBytes;
constexpr std::uint32_t kVariablesPerTask = 1'024;
constexpr std::uint32_t kTagsPerTask = 64;
// argv and environment of one task: a quarter of the default 8 MiB stack is what execve grants, less the
// worker's own.
constexpr std::uint32_t kTaskBytes = 1'572'864;
// A whole package, all strings added up: one message of the wire protocol must hold it.
constexpr std::uint32_t kPackageBytes = 8'388'608;
// Text of a manifest file: a package at its limit, written generously.
constexpr std::uint64_t kManifestBytes = 33'554'432;

// -- Arrays.

// An array's size. Its values are read into the master's memory: 10 million short lines are some 200 MiB.
constexpr std::uint64_t kItemsPerTask = 10'000'000;
constexpr std::uint32_t kItemBytes = 65'536;  // one value: it is put into argv and into $ARGOSY_ITEM
constexpr std::uint64_t kItemListBytes = 1'073'741'824;  // all values of one array, packed
// Up to this many bytes, values travel inside the package; above, as a blob beside it.
constexpr std::uint32_t kInlineItemBytes = 65'536;
// A parameter's value: it is repeated in every Run of its execution.
constexpr std::uint32_t kParameterBytes = 65'536;
// A list parameter is read once, at submit, and must fit one message; longer lists belong into a file of the
// project.
constexpr std::uint32_t kListParameterBytes = 8'388'608;

// -- One task.

constexpr std::uint32_t kCpuMilliLeast = 1;
constexpr std::uint32_t kCpuMilliMost = 4'096'000;       // 4096 CPUs: above any one machine on sale
constexpr std::uint64_t kMemoryBytesMost = 1ull << 50;   // 1 PiB, likewise
constexpr std::uint64_t kMemoryLimitLeast = 1ull << 20;  // no process starts in less than 1 MiB
constexpr Duration kTimeLeast = milliseconds(1);
constexpr Duration kTimeMost = seconds(365 * 86'400);  // a year; longer is no limit: leave it out
constexpr Duration kLeaseDefault = seconds(60);
constexpr Duration kLeaseLeast = seconds(2);  // below, an ordinary takeover would kill tasks
constexpr Duration kLeaseMost = seconds(86'400);
constexpr Duration kGraceDefault = seconds(10);  // from SIGTERM to SIGKILL
constexpr Duration kGraceMost = seconds(3'600);
constexpr std::uint32_t kRetryMost = 1'000;
constexpr Duration kBackoffLeastDefault = seconds(1);
constexpr Duration kBackoffMostDefault = seconds(300);
constexpr Duration kBackoffMost = seconds(86'400);
constexpr std::uint32_t kInterruptionsDefault = 5;
constexpr std::uint32_t kInterruptionsMost = 1'000;
constexpr std::uint64_t kLogBytesDefault =
    1ull << 30;  // 1 GiB of output an attempt, so that no catalog fills unseen
constexpr std::uint64_t kLogBytesMost = 1ull << 40;
constexpr std::uint32_t kFilesLeast = 16;            // stdio, the loader and a shell's own
constexpr std::uint32_t kFilesMost = 1'048'576;      // the kernel's usual fs.nr_open
constexpr std::uint32_t kProcessesMost = 4'194'304;  // the kernel's largest pid_max

// -- The wire. What breaks these is refused before memory is taken.

// An envelope holds three names and a handful of numbers.
constexpr std::uint32_t kEnvelopeBytes = 1'024;
// A package at its limit, twice.
constexpr std::uint32_t kMessageBytes = 16'777'216;
// The deepest struct (the range in an array in a task in a Run) stands at 6.
constexpr std::uint32_t kNesting = 16;
// What a decoded message may take: each byte at most so many (an element of a list can be one byte on the wire and a
// kilobyte as a struct), plus a little for small ones, and never more than the last.
constexpr std::uint64_t kDecodedPerByte = 32;
constexpr std::uint64_t kDecodedBytesLeast = 1'048'576;
constexpr std::uint64_t kDecodedBytesMost = 134'217'728;

}  // namespace argosy::limits
