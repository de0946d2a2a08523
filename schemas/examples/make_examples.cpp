// make_examples FOLDER: writes a file pair for each word that has none yet: N-Word.hex (the two frames) and N-Word.txt.
// A file that is there stays as it is: it is what an older version said.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "schemas/examples/examples.h"
#include "schemas/transcript.h"

namespace {

void write(const std::filesystem::path& path, const std::string& text) {
  if (std::filesystem::exists(path)) return;
  std::ofstream(path) << text;
  std::printf("%s\n", path.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_examples FOLDER\n");
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  for (const argosy::Message& message : argosy::example_messages()) {
    const std::string name = argosy::example_name(message);
    write(folder / (name + ".hex"), argosy::example_hex(message));
    write(folder / (name + ".txt"), argosy::to_lines(message));
  }
}
