#include "collector/run/schedule/workload_facts.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "core/base/hash.h"
#include "core/files/text_file.h"

namespace faultline {
namespace {

namespace fs = std::filesystem;

using Facts = std::vector<std::pair<std::string, std::string>>;

constexpr std::uint64_t kLargestFileBytes = 256ULL << 20;
/// Beyond this, further cells hardly name further files.
constexpr std::size_t kMostCells = 1000;
constexpr std::chrono::seconds kPythonLimit{30};

// Asks the packages' own records: importing them may take seconds, and a GPU.
constexpr const char* kPythonQuestion =
    "import sys\n"
    "print('python', sys.version.split()[0])\n"
    "try:\n"
    "    from importlib.metadata import version, PackageNotFoundError\n"
    "except ImportError:\n"
    "    sys.exit()\n"
    "for name in ('torch', 'mlx', 'numpy', 'jax', 'tensorflow'):\n"
    "    try:\n"
    "        print(name, version(name))\n"
    "    except PackageNotFoundError:\n"
    "        pass\n";

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

std::optional<fs::path> find_on_path(const std::string& program) {
  const char* variable = std::getenv("PATH");
  std::string_view rest = variable == nullptr ? "" : variable;
  while (!rest.empty()) {
    const std::size_t colon = rest.find(':');
    const fs::path candidate = fs::path(rest.substr(0, colon)) / program;
    if (is_file(candidate) && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    rest.remove_prefix(colon == std::string_view::npos ? rest.size() : colon + 1);
  }
  return std::nullopt;
}

/// The file that a word of a command names; only its first word is a program.
std::optional<fs::path> file_of(const std::string& word, bool is_program, const fs::path& folder) {
  if (word.empty()) return std::nullopt;
  if (is_program && word.find('/') == std::string::npos) return find_on_path(word);
  const fs::path path = folder / word;
  if (is_file(path)) return path.lexically_normal();
  return std::nullopt;
}

bool is_python(const std::string& word) { return fs::path(word).filename().string().starts_with("python"); }

class FactFinder {
 public:
  FactFinder(const Campaign& campaign, const PlaceholderFolders& folders, CommandRunner& commands)
      : campaign_(campaign), folders_(folders), commands_(commands) {}

  void look_at(const Cell& cell) {
    const Workload& workload = campaign_.workloads[cell.workload_index];
    std::vector<std::string> argv;
    for (const std::string& word : workload.command)
      argv.push_back(replace_placeholders(word, cell, folders_).value_or(""));
    fs::path folder;
    if (workload.working_folder)
      folder = fs::path(campaign_.folder) /
               replace_placeholders(*workload.working_folder, cell, folders_).value_or("");
    for (std::size_t i = 0; i < argv.size(); ++i) {
      if (!words_.insert({argv[i], i == 0, folder.string()}).second) continue;
      if (const auto file = file_of(argv[i], i == 0, folder)) files_.insert(*file);
      if (is_python(argv[i]))
        pythons_.insert({argv.begin(), argv.begin() + static_cast<std::ptrdiff_t>(i) + 1});
    }
  }

  Facts facts() {
    std::map<std::string, int> names;
    for (const fs::path& file : files_) ++names[file.filename().string()];
    Facts facts;
    for (const fs::path& file : files_) {
      const auto bytes = read_file(file, kLargestFileBytes);
      if (!bytes) continue;
      const std::string name = file.filename().string();
      facts.emplace_back("file." + (names[name] > 1 ? file.string() : name), hash128_hex(*bytes));
    }
    for (const auto& python : pythons_) ask(python, facts);
    return facts;
  }

 private:
  void ask(std::vector<std::string> argv, Facts& facts) {
    argv.emplace_back("-c");
    argv.emplace_back(kPythonQuestion);
    const auto output = commands_.output_of(argv, kPythonLimit);
    if (!output) return;
    std::string_view rest = *output;
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      const std::size_t blank = line.find(' ');
      if (blank == std::string_view::npos) continue;
      std::string name(line.substr(0, blank));
      const std::string version(line.substr(blank + 1));
      // Two Pythons in one campaign: the second one is told by its command.
      const auto taken =
          std::find_if(facts.begin(), facts.end(), [&name](const auto& fact) { return fact.first == name; });
      if (taken != facts.end()) {
        if (taken->second == version) continue;
        name += "." + argv[argv.size() - 3];
      }
      facts.emplace_back(std::move(name), version);
    }
  }

  struct Word {
    std::string text;
    bool is_program;
    std::string folder;
    friend auto operator<=>(const Word&, const Word&) = default;
  };

  const Campaign& campaign_;
  const PlaceholderFolders& folders_;
  CommandRunner& commands_;
  std::set<Word> words_;
  std::set<fs::path> files_;
  std::set<std::vector<std::string>> pythons_;
};

}  // namespace

Facts workload_facts(const Campaign& campaign, const std::vector<Cell>& cells,
                     const PlaceholderFolders& folders, CommandRunner& commands) {
  FactFinder finder(campaign, folders, commands);
  for (std::size_t i = 0; i < std::min(cells.size(), kMostCells); ++i) finder.look_at(cells[i]);
  return finder.facts();
}

}  // namespace faultline
