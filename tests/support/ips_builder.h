// Makes .ips texts for tests out of literal JSON. Knows nothing of the writer's or the parsers' key
// tables, so that one wrong name cannot cancel itself out.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace faultline {

/// One stack entry, as the JSON that macOS writes. Empty symbol: none.
inline std::string ips_frame(std::size_t image_index, std::uint64_t image_offset,
                             std::string_view symbol = {}, std::uint64_t symbol_location = 0) {
  std::string out = "{\"imageOffset\":" + std::to_string(image_offset);
  if (!symbol.empty()) {
    out +=
        ",\"symbol\":\"" + std::string(symbol) + "\",\"symbolLocation\":" + std::to_string(symbol_location);
  }
  return out + ",\"imageIndex\":" + std::to_string(image_index) + "}";
}

/// Registers of an arm64 thread; x0 to x28 are zero but for those given as pairs of number and value.
struct Arm64State {
  std::vector<std::pair<std::size_t, std::uint64_t>> x;
  std::uint64_t fp = 0x16f000100;
  std::uint64_t lr = 0x104001000;
  std::uint64_t sp = 0x16f000000;
  std::uint64_t pc = 0x104000f00;
  std::uint64_t far = 0;
  std::uint64_t esr = 0x92000006;
  std::string_view esr_description = "(Data Abort) byte read Translation fault";

  [[nodiscard]] std::string json() const {
    const auto value = [](std::uint64_t number) { return "{\"value\":" + std::to_string(number) + "}"; };
    std::string out = "{\"x\":[";
    for (std::size_t i = 0; i < 29; ++i) {
      std::uint64_t number = 0;
      for (const auto& [index, given] : x) {
        if (index == i) number = given;
      }
      out += (i == 0 ? "" : ",") + value(number);
    }
    out += "],\"flavor\":\"ARM_THREAD_STATE64\",\"lr\":" + value(lr) + ",\"cpsr\":" + value(0x60001000) +
           ",\"fp\":" + value(fp) + ",\"sp\":" + value(sp) + ",\"esr\":{\"value\":" + std::to_string(esr) +
           ",\"description\":\"" + std::string(esr_description) +
           "\"},\"pc\":{\"value\":" + std::to_string(pc) + ",\"matchesCrashFrame\":1},\"far\":" + value(far) +
           "}";
    return out;
  }
};

/// One thread. `state` is JSON or empty.
struct IpsThread {
  std::uint64_t id = 1000;
  bool triggered = false;
  std::string name;
  std::string queue;
  std::vector<std::string> frames;  ///< As made by ips_frame().
  std::string state;

  [[nodiscard]] std::string json() const {
    std::string out = "{";
    if (triggered) out += "\"triggered\":true,";
    out += "\"id\":" + std::to_string(id);
    if (!state.empty()) out += ",\"threadState\":" + state;
    if (!name.empty()) out += ",\"name\":\"" + name + "\"";
    if (!queue.empty()) out += ",\"queue\":\"" + queue + "\"";
    out += ",\"frames\":[";
    for (std::size_t i = 0; i < frames.size(); ++i) out += (i == 0 ? "" : ",") + frames[i];
    return out + "]}";
  }
};

/// A report in the layout of macOS 15, as made by default: process `model` (pid 4242), thread 1 dead of
/// reading 0x5c8 in AGXMetalG16X, called from the program; three images. Every member can be replaced.
///
/// `IpsBuilder().body("pid", "7").without("translated").text()`
class IpsBuilder {
 public:
  IpsBuilder() {
    header("app_name", "\"model\"");
    header("timestamp", "\"2025-12-21 02:36:19.00 +0100\"");
    header("app_version", "\"\"");
    header("slice_uuid", "\"11111111-1111-3111-8111-111111111111\"");
    header("build_version", "\"\"");
    header("platform", "1");
    header("share_with_app_devs", "0");
    header("is_first_party", "0");
    header("bug_type", "\"309\"");
    header("os_version", "\"macOS 15.7.3 (24G419)\"");
    header("roots_installed", "0");
    header("name", "\"model\"");
    header("incident_id", quoted(kIncident));

    body("uptime", "340000");
    body("procRole", "\"Unspecified\"");
    body("version", "2");
    body("userID", "501");
    body("deployVersion", "210");
    body("modelCode", "\"Mac16,5\"");
    body("coalitionID", "700");
    body("osVersion", R"({"train" : "macOS 15.7.3", "build" : "24G419", "releaseType" : "User"})");
    body("captureTime", "\"2025-12-21 02:36:18.2868 +0100\"");
    body("codeSigningMonitor", "2");
    body("incident", quoted(kIncident));
    body("pid", "4242");
    body("translated", "false");
    body("cpuType", "\"ARM-64\"");
    body("procLaunch", "\"2025-12-21 02:36:17.0000 +0100\"");
    body("procStartAbsTime", "8344400000000");
    body("procExitAbsTime", "8344431000000");
    body("procName", "\"model\"");
    body("procPath", "\"\\/Users\\/USER\\/*\\/model\"");
    body("parentProc", "\"zsh\"");
    body("parentPid", "4000");
    body("coalitionName", "\"com.apple.Terminal\"");
    body("crashReporterKey", "\"00000000-1111-2222-3333-444444444444\"");
    body("bootSessionUUID", "\"55555555-6666-7777-8888-999999999999\"");
    body("sip", "\"enabled\"");
    exception("EXC_BAD_ACCESS", "SIGSEGV", 1, 0x5c8, "KERN_INVALID_ADDRESS at 0x00000000000005c8");
    body(
        "termination",
        R"({"flags":0,"code":11,"namespace":"SIGNAL","indicator":"Segmentation fault: 11","byProc":"exc handler","byPid":4242})");
    body("faultingThread", "1");
    body("threads", "");
    body("usedImages", "");
    body("sharedCache",
         R"({"base" : 6442450944, "size" : 5000000000, "uuid" : "44444444-4444-3444-8444-444444444444"})");
    body("legacyInfo", R"({"threadTriggered" : {"queue" : "metal gpu stream 1"}})");
    body("trialInfo", R"({"rollouts" : [], "experiments" : []})");

    IpsThread main_thread;
    main_thread.id = 1000;
    main_thread.queue = "com.apple.main-thread";
    main_thread.frames = {ips_frame(2, 0x1000, "mach_msg2_trap", 8), ips_frame(0, 0x2000, "main", 120)};
    thread(main_thread);
    IpsThread crashed;
    crashed.id = 1001;
    crashed.triggered = true;
    crashed.queue = "metal gpu stream 1";
    crashed.frames = {ips_frame(1, 0xf00, "-[AGXG16XFamilyComputeContext setComputePipelineState:]", 32),
                      ips_frame(0, 0x3000, "encode(Context*)", 64)};
    Arm64State state;
    state.far = 0x5c8;
    crashed.state = state.json();
    thread(crashed);

    image("model", 0x100000000, 0x8000, "11111111-1111-3111-8111-111111111111", "/Users/USER/*/model",
          "arm64");
    image("AGXMetalG16X", 0x104000000, 0x200000, "22222222-2222-3222-8222-222222222222",
          "/System/Library/Extensions/AGXMetalG16X.bundle/Contents/MacOS/AGXMetalG16X", "arm64e");
    image("libsystem_kernel.dylib", 0x181000000, 0x40000, "33333333-3333-3333-8333-333333333333",
          "/usr/lib/system/libsystem_kernel.dylib", "arm64e");
  }

  static constexpr std::string_view kIncident = "79BC4A1F-0000-4000-8000-000000000001";

  /// Sets a member to a JSON text, in its place if it is there, else at the end.
  IpsBuilder& header(std::string_view key, std::string json) { return set(header_, key, std::move(json)); }
  IpsBuilder& body(std::string_view key, std::string json) { return set(body_, key, std::move(json)); }
  /// Leaves a member out of header and body.
  IpsBuilder& without(std::string_view key) {
    erase(header_, key);
    erase(body_, key);
    return *this;
  }
  IpsBuilder& incident(std::string_view uuid) {
    return header("incident_id", quoted(uuid)).body("incident", quoted(uuid));
  }
  IpsBuilder& process(std::string_view name, std::int64_t pid) {
    header("app_name", quoted(name)).header("name", quoted(name));
    return body("procName", quoted(name)).body("pid", std::to_string(pid));
  }
  IpsBuilder& exception(std::string_view type, std::string_view signal, std::uint64_t code,
                        std::uint64_t subcode, std::string_view subtype = {}) {
    std::string json = "{\"codes\":\"" + hex16(code) + ", " + hex16(subcode) + "\",\"rawCodes\":[" +
                       std::to_string(code) + "," + std::to_string(subcode) + "],\"type\":" + quoted(type);
    if (!signal.empty()) json += ",\"signal\":" + quoted(signal);
    if (!subtype.empty()) json += ",\"subtype\":" + quoted(subtype);
    return body("exception", json + "}");
  }
  /// Adds a thread (clear_threads() first to begin anew). faultingThread is not touched.
  IpsBuilder& thread(const IpsThread& thread) {
    threads_.push_back(thread.json());
    return *this;
  }
  IpsBuilder& clear_threads() {
    threads_.clear();
    return *this;
  }
  IpsBuilder& image(std::string_view name, std::uint64_t base, std::uint64_t size, std::string_view uuid,
                    std::string_view path, std::string_view arch = "arm64") {
    images_.push_back("{\"source\" : \"P\",\"arch\" : " + quoted(arch) +
                      ",\"base\" : " + std::to_string(base) + ",\"size\" : " + std::to_string(size) +
                      ",\"uuid\" : " + quoted(uuid) + ",\"path\" : " + quoted(path) +
                      ",\"name\" : " + quoted(name) + "}");
    return *this;
  }
  /// An image entry as literal JSON, such as the absolute pseudo-image.
  IpsBuilder& image_json(std::string json) {
    images_.push_back(std::move(json));
    return *this;
  }
  IpsBuilder& clear_images() {
    images_.clear();
    return *this;
  }

  [[nodiscard]] std::string header_text() const {
    std::string out = "{";
    for (std::size_t i = 0; i < header_.size(); ++i) {
      out += (i == 0 ? "" : ",") + quoted(header_[i].first) + ":" + header_[i].second;
    }
    return out + "}";
  }
  [[nodiscard]] std::string body_text() const {
    std::string out = "{";
    bool first = true;
    for (const auto& [key, json] : body_) {
      out += (first ? "\n  " : ",\n  ") + quoted(key) + " : " + value_of(key, json);
      first = false;
    }
    return out + "\n}\n";
  }
  /// The whole file.
  [[nodiscard]] std::string text() const { return header_text() + "\n" + body_text(); }

  static std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

 private:
  using Members = std::vector<std::pair<std::string, std::string>>;

  IpsBuilder& set(Members& members, std::string_view key, std::string json) {
    for (auto& [name, value] : members) {
      if (name == key) {
        value = std::move(json);
        return *this;
      }
    }
    members.emplace_back(key, std::move(json));
    return *this;
  }
  static void erase(Members& members, std::string_view key) {
    std::erase_if(members, [key](const auto& member) { return member.first == key; });
  }
  /// Threads and images are kept apart until the end, unless a literal was set for them.
  [[nodiscard]] std::string value_of(const std::string& key, const std::string& json) const {
    if (!json.empty()) return json;
    return list(key == "threads" ? threads_ : images_, key == "threads" ? "," : ",\n  ");
  }
  static std::string list(const std::vector<std::string>& items, std::string_view separator) {
    std::string out = "[";
    for (std::size_t i = 0; i < items.size(); ++i) out += (i == 0 ? "" : std::string(separator)) + items[i];
    return out + "]";
  }
  static std::string hex16(std::uint64_t value) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out(16, '0');
    for (std::size_t i = 0; i < 16; ++i) out[15 - i] = kDigits[(value >> (4 * i)) & 15];
    return "0x" + out;
  }

  Members header_;
  Members body_;
  std::vector<std::string> threads_;
  std::vector<std::string> images_;
};

}  // namespace faultline
