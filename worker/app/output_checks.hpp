// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "worker/app/definition.hpp"

/// Parts of registry_problems that need no layout: each adds a sentence per problem.
namespace ekiden::worker {

/// "callback 'graph.figure' (app.cpp:42): "
std::string subject(const CallbackDefinition& callback);

/// `Input "dropdown.value"`
std::string item(const char* role, const Dependency& dependency);

/// A property has one callback that it is the Output of, unless they allow duplicates; for patterns
/// no component may belong to two.
void check_outputs(const AppDefinition& app, std::vector<std::string>& problems);

/// Which wildcards may stand where (section 2.6 of the wire protocol).
void check_wildcards(const AppDefinition& app, std::vector<std::string>& problems);

}  // namespace ekiden::worker
