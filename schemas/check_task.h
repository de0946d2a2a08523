// The checks of one task, for check_package. Private to it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "schemas/package.h"
#include "schemas/problem.h"

namespace argosy {

// A reference to an earlier task's output, checked once the graph is known.
struct OutputUse {
  std::uint32_t task;
  std::uint32_t other;
  std::string path;
};

// What a task's check knows of its package, and what it leaves for the check of the graph.
struct TaskSurroundings {
  const Package* package = nullptr;
  const std::map<std::string, const Parameter*>* parameters = nullptr;
  const std::map<std::string, std::uint32_t>* task_numbers = nullptr;
  std::vector<OutputUse>* output_uses = nullptr;
};

// `path` is the task's, "packages.load.tasks.extract". Required: number < package->tasks.size().
void check_task(std::uint32_t number, const std::string& path, const TaskSurroundings& around,
                Problems& problems);

}  // namespace argosy
