// SPDX-License-Identifier: MIT
#include "worker/app/circular_dependencies.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string_view>
#include <utility>

namespace ekiden::worker {

namespace {

/// Finds cycles by walking depth-first: a callback met again while still on the path closes one.
class CycleSearch {
 public:
  CycleSearch(const AppDefinition& app, std::vector<std::string>& problems)
      : callbacks_(app.callbacks), problems_(problems), states_(app.callbacks.size()) {
    for (std::size_t i = 0; i < callbacks_.size(); ++i) {
      for (const Argument& argument : callbacks_[i].arguments) {
        if (argument.is_state) continue;
        readers_[{argument.dependency.id, argument.dependency.property}].push_back(i);
      }
    }
  }

  void run() {
    for (std::size_t i = 0; i < callbacks_.size(); ++i) {
      if (states_[i] == State::unseen) visit(i);
    }
  }

 private:
  enum class State { unseen, on_path, done };

  void visit(std::size_t current) {
    states_[current] = State::on_path;
    for (const Output& output : callbacks_[current].outputs) {
      // Outputs that allow duplicates are marked, so that the browser sees no circle either.
      const auto readers = readers_.find({output.id, output.property});
      if (output.is_duplicate || readers == readers_.end()) continue;
      path_.push_back({current, &output});
      for (const std::size_t reader : readers->second) follow(current, reader);
      path_.pop_back();
    }
    states_[current] = State::done;
  }

  void follow(std::size_t current, std::size_t reader) {
    if (reader == current) return;
    if (states_[reader] == State::on_path) report(reader);
    if (states_[reader] == State::unseen) visit(reader);
  }

  void report(std::size_t first) {
    const auto start = std::find_if(path_.begin(), path_.end(),
                                    [&](const Step& step) { return step.callback == first; });
    std::string text = "Circular Dependencies: ";
    for (auto step = start; step != path_.end(); ++step) {
      text += step->output->id + '.' + step->output->property + " (" +
              callbacks_[step->callback].where + ") -> ";
    }
    problems_.push_back(text + start->output->id + '.' + start->output->property);
  }

  struct Step {
    std::size_t callback;
    const Output* output;
  };

  const std::vector<CallbackDefinition>& callbacks_;
  std::vector<std::string>& problems_;
  std::map<std::pair<std::string_view, std::string_view>, std::vector<std::size_t>> readers_;
  std::vector<State> states_;
  std::vector<Step> path_;
};

}  // namespace

void check_circular_dependencies(const AppDefinition& app, std::vector<std::string>& problems) {
  CycleSearch(app, problems).run();
}

}  // namespace ekiden::worker
