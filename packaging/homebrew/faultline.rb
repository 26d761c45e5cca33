# Builds the checkout named by HOMEBREW_FAULTLINE_SOURCE, or the one that this file stands in. A tap for a release has a
# `url` with `sha256` in place of the first lines (docs/release.md).
class Faultline < Formula
  source = Pathname.new(ENV.fetch("HOMEBREW_FAULTLINE_SOURCE", File.expand_path("../..", __dir__)))

  desc "Crash-report collector and analyzer for stress campaigns"
  homepage "file://#{source}/README.md"
  url "file://#{source}", using: :git, branch: "main"
  version((source/"CMakeLists.txt").read[/project\(faultline VERSION ([\d.]+)/, 1])
  license "Apache-2.0"

  depends_on "boost" => :build
  depends_on "cli11" => :build
  depends_on "cmake" => :build
  depends_on "ninja" => :build
  depends_on "nlohmann-json" => :build
  depends_on "node" => :build
  depends_on "pkgconf" => :build
  depends_on "tl-expected" => :build
  depends_on "tomlplusplus" => :build
  depends_on "fmt"
  depends_on "libarchive"
  depends_on "llvm@19"
  depends_on "re2"
  depends_on "sqlite"
  depends_on "utf8proc"
  depends_on "xxhash"
  depends_on "zstd"

  def install
    system "cmake", "-S", ".", "-B", "build", "-G", "Ninja", "-DFAULTLINE_TESTS=OFF", *std_cmake_args
    system "cmake", "--build", "build", "--target", "programs"
    system "cmake", "--install", "build"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/faultline --version")
    # The canary: a process that crashes on purpose is captured, or doctor says why not. The sandbox of a test has no
    # login session, so that a missing report (status 3) is no failure of the build.
    output = shell_output("#{bin}/faultline doctor --format json || [ $? -eq 3 ]")
    assert_kind_of Hash, JSON.parse(output)
    system bin/"faultline", "run", "--trials", "2", "--name", "canary", "--",
           "#{libexec}/faultline/samples/passes"
    assert_match "0/2", shell_output("#{bin}/faultline rates")
  end
end
