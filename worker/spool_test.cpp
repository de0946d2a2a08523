#include "worker/spool.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <ctime>
#include <fstream>

#include "fabric/test_folder.h"

namespace argosy::worker {
namespace {

AttemptRef attempt(std::uint64_t item) { return {{ExecutionId{1}, TaskNo{0}, ItemNo{item}}, AttemptNo{1}}; }

LogChunk chunk(AttemptRef ref, std::uint64_t offset, std::string data) {
  LogChunk c;
  c.attempt = ref;
  c.offset = offset;
  c.length = static_cast<std::uint32_t>(data.size());
  c.pieces = {{1, c.length, WallTime{7}}};
  c.data = std::move(data);
  return c;
}

SpoolEnd end(AttemptRef ref, std::uint64_t log_bytes) {
  SpoolEnd e{SessionId{5}, ShardId{0}, {}};
  e.end.attempt = ref;
  e.end.log_bytes = log_bytes;
  return e;
}

class SpoolTest : public ::testing::Test {
 protected:
  std::unique_ptr<Spool> open() {
    auto spool = Spool::open(folder_ / "spool", 1u << 20);
    EXPECT_TRUE(spool.ok());
    return std::move(*spool);
  }
  fabric::TestFolder folder_;
};

TEST_F(SpoolTest, AnEndAndItsLogOutliveTheProcess) {
  {
    auto spool = open();
    spool->add_log(SessionId{5}, ShardId{0}, chunk(attempt(1), 0, "hello"));
    spool->add_end(end(attempt(1), 5));
    EXPECT_TRUE(spool->flush());
  }
  auto spool = open();
  const auto left = spool->take_left_over();
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].end.attempt, attempt(1));
  EXPECT_EQ(left[0].session, SessionId{5});
  ASSERT_EQ(left[0].logs.size(), 1u);
  EXPECT_EQ(spool->read_log(attempt(1), 0)->data, "hello");
}

TEST_F(SpoolTest, AChunkCanBeReadBeforeAndAfterItIsWritten) {
  auto spool = open();
  spool->add_log(SessionId{5}, ShardId{0}, chunk(attempt(1), 0, "abc"));
  EXPECT_EQ(spool->read_log(attempt(1), 0)->data, "abc");
  spool->flush();
  EXPECT_EQ(spool->read_log(attempt(1), 0)->data, "abc");
  EXPECT_FALSE(spool->read_log(attempt(1), 3).ok());
}

TEST_F(SpoolTest, WhatWasForgottenDoesNotComeBack) {
  {
    auto spool = open();
    spool->add_end(end(attempt(1), 0));
    spool->add_end(end(attempt(2), 0));
    spool->forget(attempt(1));
  }
  const auto left = open()->take_left_over();
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].end.attempt, attempt(2));
}

// A worker that was away from its master for a day comes back with very many ends.
TEST_F(SpoolTest, IsReadInTimeThatGrowsWithItsRecords) {
  const auto read = [&](const char* name, std::uint64_t ends) {
    auto spool = std::move(*Spool::open(folder_ / name, 1u << 30));
    for (std::uint64_t i = 0; i < ends; ++i) spool->add_end(end(attempt(i), 0));
    for (std::uint64_t i = 0; i < ends; i += 2) spool->forget(attempt(i));
    spool.reset();
    const std::clock_t began = std::clock();  // of this process alone: others may keep the machine busy
    spool = std::move(*Spool::open(folder_ / name, 1u << 30));
    const std::clock_t took = std::clock() - began;
    EXPECT_EQ(spool->take_left_over().size(), ends / 2);
    return static_cast<double>(took);
  };
  const double few = read("few", 4'000);
  EXPECT_LT(read("many", 64'000) / few, 80);  // 16 times as many; by their square it would be 256
}

TEST_F(SpoolTest, AnAttemptWithoutAnEndDiedWithItsSession) {
  { open()->add_log(SessionId{5}, ShardId{0}, chunk(attempt(1), 0, "abc")); }
  EXPECT_TRUE(open()->take_left_over().empty());
}

TEST_F(SpoolTest, ATornRecordIsLeftBehindAndWhatStandsBeforeItIsKept) {
  {
    auto spool = open();
    spool->add_end(end(attempt(1), 0));
  }
  for (const auto& file : std::filesystem::directory_iterator(folder_ / "spool")) {
    std::ofstream(file.path(), std::ios::app) << "torn";
  }
  EXPECT_EQ(open()->take_left_over().size(), 1u);
}

TEST_F(SpoolTest, ASegmentThatCannotBeReadIsNamed) {
  std::filesystem::create_directories(folder_ / "spool/000000000001.spool");
  const auto spool = Spool::open(folder_ / "spool", 1u << 20);
  ASSERT_FALSE(spool.ok());
  EXPECT_NE(spool.error().message.find("000000000001.spool"), std::string::npos);
}

TEST_F(SpoolTest, ItIsFullAtItsBoundAndHasRoomAgainWhenThingsAreRecorded) {
  auto spool = open();
  std::uint64_t offset = 0;
  while (!spool->full()) {
    spool->add_log(SessionId{5}, ShardId{0}, chunk(attempt(1), offset, std::string(100000, 'x')));
    offset += 100000;
    spool->flush();
  }
  spool->forget_logs(attempt(1), offset);
  for (int i = 0; i < 60; ++i) {  // idle segments are left behind from 4 MiB on
    spool->add_log(SessionId{5}, ShardId{0}, chunk(attempt(2), static_cast<std::uint64_t>(i) * 100000, std::string(100000, 'y')));
    spool->flush();
    spool->forget_logs(attempt(2), static_cast<std::uint64_t>(i + 1) * 100000);
  }
  spool->flush();
  EXPECT_LT(spool->bytes(), 5u << 20);
}

TEST_F(SpoolTest, OutputThatTheDiskNoLongerGivesIsALineOfItsLength) {
  auto spool = open();
  const std::string text(100, 'x');
  for (std::uint64_t i = 0; i < 3; ++i) spool->add_log(SessionId{5}, ShardId{0}, chunk(attempt(1), i * 100, text));
  spool->add_log(SessionId{5}, ShardId{0}, chunk(attempt(2), 0, "short"));
  ASSERT_TRUE(spool->flush());
  const auto file = std::filesystem::directory_iterator(folder_ / "spool")->path();
  std::filesystem::resize_file(file, 200);  // amid the second
  EXPECT_EQ(spool->read_log(attempt(1), 0)->data, text);
  const auto lost = spool->read_log(attempt(1), 100);
  ASSERT_TRUE(lost.ok());
  EXPECT_EQ(lost->offset, 100u);
  EXPECT_EQ(lost->length, 100u);
  EXPECT_EQ(lost->pieces, (std::vector<LogPiece>{{1, 100, WallTime{7}}}));
  EXPECT_EQ(lost->data.size(), 100u);
  EXPECT_TRUE(lost->data.starts_with("[output that the worker's disk no longer gives]\n"));
  EXPECT_EQ(spool->read_log(attempt(2), 0)->data, "[outp");
  EXPECT_FALSE(spool->read_log(attempt(2), 5).ok());
}

TEST_F(SpoolTest, OutputThatTheDiskGivesOtherwiseThanItWasWrittenIsALineOfItsLength) {
  auto spool = open();
  spool->add_log(SessionId{5}, ShardId{0}, chunk(attempt(1), 0, std::string(100, 'x')));
  spool->add_log(SessionId{5}, ShardId{0}, chunk(attempt(1), 100, std::string(100, 'y')));
  ASSERT_TRUE(spool->flush());
  std::fstream file(std::filesystem::directory_iterator(folder_ / "spool")->path(), std::ios::in | std::ios::out);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  file.seekp(static_cast<std::streamoff>(bytes.find("xx") + 50)).put('X').flush();
  const auto lost = spool->read_log(attempt(1), 0);
  ASSERT_TRUE(lost.ok());
  EXPECT_EQ(lost->length, 100u);
  EXPECT_TRUE(lost->data.starts_with("[output that the worker's disk no longer gives]\n"));
  EXPECT_EQ(spool->read_log(attempt(1), 100)->data, std::string(100, 'y'));
}

// No file of this process grows beyond so many bytes: a disk that is full, for a test.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(SpoolTest, AFullDiskLosesNothingAndHasRoomAgainWhenThingsAreRecorded) {
  auto spool = open();
  const FullDisk disk(150'000);
  for (std::uint64_t i = 0; i < 4; ++i) {
    spool->add_log(SessionId{5}, ShardId{0}, chunk(attempt(1), i * 100'000, std::string(100'000, static_cast<char>('a' + i))));
    spool->flush();
  }
  EXPECT_FALSE(spool->flush());
  EXPECT_NE(spool->last_error(), "");
  for (std::uint64_t i = 0; i < 4; ++i) {  // the second stands half in the file
    const auto read = spool->read_log(attempt(1), i * 100'000);
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(read->data, std::string(100'000, static_cast<char>('a' + i)));
  }
  spool->forget_logs(attempt(1), 400'000);
  EXPECT_EQ(spool->bytes(), 0u);
  spool->add_end(end(attempt(1), 400'000));
  EXPECT_TRUE(spool->flush());
}

TEST_F(SpoolTest, ItIsFullWhileADiskTakesNothing) {
  auto opened = Spool::open(folder_ / "large", 1u << 30);
  auto spool = std::move(*opened);
  const FullDisk disk(1'000);
  std::uint64_t offset = 0;
  for (; !spool->full() && offset < (20u << 20); offset += 100'000) {
    spool->add_log(SessionId{5}, ShardId{0}, chunk(attempt(1), offset, std::string(100'000, 'x')));
    spool->flush();
  }
  EXPECT_LT(offset, 10u << 20);
  spool->forget_logs(attempt(1), offset);
  EXPECT_FALSE(spool->full());
}

}  // namespace
}  // namespace argosy::worker
