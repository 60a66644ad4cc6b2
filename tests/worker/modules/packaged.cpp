// SPDX-License-Identifier: MIT
#include <array>
#include <ekiden/app.hpp>
#include <ekiden/component.hpp>
#include <ekiden/component_package.hpp>

using namespace ekiden;

namespace {

constexpr std::array kFiles = std::to_array<detail::PackageFile>({
    {"widgets.min.js", "2.0.1", "application/javascript; charset=utf-8", "eeeeeeeeeeeeeeee",
     "widgets()", "", "", "https://unpkg.com/widgets@2.0.1/widgets.min.js"},
});
constexpr std::array<std::string_view, 1> kScripts = {"widgets.min.js"};
constexpr detail::ComponentPackage kPackage{"widgets", kFiles, kScripts, R"({"Dial":["label"]})"};
const detail::PackageOfModule kOfThisModule(kPackage);

}  // namespace

// An app with a component package, as the generator writes one.
EKIDEN_APP(app) { app.layout({Component("widgets", "Dial", {{"label", "volume"}})}); }
