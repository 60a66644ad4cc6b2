// expects: EKIDEN_MEMBERS: a member's type is not read from JSON
#include <ekiden/app.hpp>
#include <ekiden/members.hpp>
using namespace ekiden;

struct Opaque {};
struct Form {
  Opaque inner;
};
constexpr auto ekiden_members(const Form*) {
  return std::make_tuple(detail::named_member("inner", &Form::inner));
}

Form read(const Json& json) { return from_json<Form>(json); }
