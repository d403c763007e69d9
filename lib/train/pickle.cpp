#include "train/pickle.h"

#include <fmt/format.h>

#include <bit>
#include <limits>
#include <unordered_map>

#include "base/error.h"

namespace signpost {
namespace {

constexpr std::size_t kMaxObjects = std::size_t{1} << 20, kMaxRank = 16;

/// The instructions of a state dict, by CPython's names (Lib/pickletools.py).
enum class Op : std::uint8_t {
  mark = '(',
  stop = '.',
  binint = 'J',
  binint1 = 'K',
  binint2 = 'M',
  none = 'N',
  binpersid = 'Q',
  reduce = 'R',
  binunicode = 'X',
  append = 'a',
  build = 'b',
  global = 'c',
  appends = 'e',
  binget = 'h',
  long_binget = 'j',
  empty_list = ']',
  binput = 'q',
  long_binput = 'r',
  setitem = 's',
  tuple = 't',
  setitems = 'u',
  empty_dict = '}',
  empty_tuple = ')',
  binfloat = 'G',
  proto = 0x80,
  tuple1 = 0x85,
  tuple2 = 0x86,
  tuple3 = 0x87,
  newtrue = 0x88,
  newfalse = 0x89,
  long1 = 0x8a,
  short_binunicode = 0x8c,
  stack_global = 0x93,
  memoize = 0x94,
  frame = 0x95
};

/// A name out of the file for a message: one line, and not too long.
std::string shown(std::string_view name) {
  std::string text(name.substr(0, 60));
  for (char& c : text) c = c > ' ' && c < 0x7f ? c : '?';
  return text;
}

/// A value. Others are named by their index in the machine's list, so that a value may hold itself
/// and nesting costs no stack.
struct Value {
  enum class Kind {
    nothing,  ///< None, a boolean or a float: never looked at
    mark,
    integer,
    text,
    tuple,
    list,
    dict,  ///< items: key, value, key, value
    function,
    storage,
    tensor
  };
  Kind kind = Kind::nothing;
  std::int64_t integer = 0;  ///< or of a storage: its elements; of a tensor: its place in tensors_
  std::string_view text;     ///< or of a storage: its key; of a function: its name
  std::vector<std::size_t> items;
  ElementType type = ElementType::float32;
};
using Kind = Value::Kind;

class Machine {
 public:
  Machine(ByteView program, const std::string& where) : program_(program), where_(where) {}

  std::map<std::string, PickledTensor> run() {
    if (program_.size() < 2 || program_[0] != static_cast<std::uint8_t>(Op::proto) ||
        program_[1] < 2 || program_[1] > 5) {
      fail("is not a pickle of protocol 2 to 5");
    }
    at_ = 2;
    Op op{};
    while ((op = static_cast<Op>(byte())) != Op::stop) execute(op);
    return state_dict(pop());
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Blame::input, where_ + ": " + what);
  }
  [[noreturn]] void fail_damaged() const {
    fail(fmt::format("is damaged: the pickle makes no sense at byte {}", at_));
  }

  // --- the program ---

  ByteView bytes(std::uint64_t count) {
    if (count > program_.size() - at_) fail("is cut short inside its pickle");
    const ByteView view = program_.subspan(at_, count);
    at_ += count;
    return view;
  }
  std::uint8_t byte() { return bytes(1)[0]; }
  std::uint64_t number(unsigned size) {
    const ByteView view = bytes(size);
    std::uint64_t value = 0;
    for (unsigned i = size; i-- > 0;) value = value << 8 | view[i];
    return value;
  }
  std::string_view line() {
    const std::string_view rest = as_text(program_.subspan(at_));
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) fail("is cut short inside its pickle");
    at_ += end + 1;
    return rest.substr(0, end);
  }

  // --- values ---

  std::size_t push(Value value) {
    if (values_.size() == kMaxObjects)
      fail(fmt::format("has over {} objects in its pickle; that is no state dict", kMaxObjects));
    values_.push_back(std::move(value));
    stack_.push_back(values_.size() - 1);
    return stack_.back();
  }
  void push(Kind kind) { push(Value{.kind = kind, .text = {}, .items = {}}); }
  void push_integer(std::int64_t integer) {
    push(Value{.kind = Kind::integer, .integer = integer, .text = {}, .items = {}});
  }
  void push_text(std::string_view text) {
    push(Value{.kind = Kind::text, .text = text, .items = {}});
  }
  std::size_t top() const {
    if (stack_.empty() || values_[stack_.back()].kind == Kind::mark) fail_damaged();
    return stack_.back();
  }
  std::size_t pop() {
    const std::size_t index = top();
    stack_.pop_back();
    return index;
  }
  /// What was pushed since the last mark, which goes too.
  std::vector<std::size_t> pop_to_mark() {
    std::size_t at = stack_.size();
    while (at > 0 && values_[stack_[at - 1]].kind != Kind::mark) --at;
    if (at == 0) fail_damaged();
    std::vector<std::size_t> items(stack_.begin() + static_cast<std::ptrdiff_t>(at), stack_.end());
    stack_.resize(at - 1);
    return items;
  }
  void push_tuple(std::size_t count) {
    Value tuple{.kind = Kind::tuple, .text = {}, .items = std::vector<std::size_t>(count)};
    while (count-- > 0) tuple.items[count] = pop();
    push(std::move(tuple));
  }
  const Value& item(const Value& tuple, std::size_t index, Kind kind) const {
    if (tuple.kind != Kind::tuple || index >= tuple.items.size()) fail_damaged();
    const Value& found = values_[tuple.items[index]];
    if (found.kind != kind) fail_damaged();
    return found;
  }

  // --- instructions ---

  void execute(Op op) {
    switch (op) {
      case Op::proto:
        byte();
        return;
      case Op::frame:
        number(8);
        return;
      case Op::mark:
        return push(Kind::mark);
      case Op::none:
      case Op::newtrue:
      case Op::newfalse:
        return push(Kind::nothing);
      case Op::binfloat:
        number(8);
        return push(Kind::nothing);
      case Op::binint:
        return push_integer(static_cast<std::int32_t>(number(4)));
      case Op::binint1:
        return push_integer(byte());
      case Op::binint2:
        return push_integer(static_cast<std::int64_t>(number(2)));
      case Op::long1:
        return push_long();
      case Op::binunicode:
        return push_text(as_text(bytes(number(4))));
      case Op::short_binunicode:
        return push_text(as_text(bytes(byte())));
      case Op::empty_tuple:
        return push_tuple(0);
      case Op::tuple1:
        return push_tuple(1);
      case Op::tuple2:
        return push_tuple(2);
      case Op::tuple3:
        return push_tuple(3);
      case Op::tuple:
        push(Value{.kind = Kind::tuple, .text = {}, .items = pop_to_mark()});
        return;
      case Op::empty_list:
        return push(Kind::list);
      case Op::empty_dict:
        return push(Kind::dict);
      case Op::append:
        return extend(Kind::list, {pop()});
      case Op::appends:
        return extend(Kind::list, pop_to_mark());
      case Op::setitem: {
        const std::size_t value = pop(), key = pop();
        return extend(Kind::dict, {key, value});
      }
      case Op::setitems:
        return extend(Kind::dict, pop_to_mark());
      case Op::binput:
        memo_[byte()] = top();
        return;
      case Op::long_binput:
        memo_[number(4)] = top();
        return;
      case Op::memoize:
        memo_[memo_.size()] = top();
        return;
      case Op::binget:
        return get(byte());
      case Op::long_binget:
        return get(number(4));
      case Op::global: {
        const std::string_view module = line();
        return push_function(module, line());
      }
      case Op::stack_global: {
        const Value &name = values_[pop()], &module = values_[pop()];
        if (name.kind != Kind::text || module.kind != Kind::text) fail_damaged();
        return push_function(module.text, name.text);
      }
      case Op::reduce:
        return reduce();
      case Op::build:
        pop();  // what PyTorch sets on a state dict: the versions of its modules
        if (values_[top()].kind != Kind::dict) fail_damaged();
        return;
      case Op::binpersid:
        return push_storage();
      case Op::stop:
        break;
    }
    fail(
        fmt::format("has the pickle instruction 0x{:02x} at byte {}, which no state dict needs; "
                    "save model.state_dict()",
                    static_cast<unsigned>(op), at_ - 1));
  }

  void push_long() {
    const unsigned size = byte();
    if (size > 8) fail_damaged();
    std::uint64_t value = number(size);
    if (size > 0 && size < 8 && value >> (8 * size - 1) & 1) value |= ~std::uint64_t{0} << 8 * size;
    push_integer(std::bit_cast<std::int64_t>(value));
  }

  void get(std::uint64_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) fail_damaged();
    stack_.push_back(found->second);
  }

  void extend(Kind kind, const std::vector<std::size_t>& items) {
    Value& container = values_[top()];
    if (container.kind != kind || (kind == Kind::dict && items.size() % 2 != 0)) fail_damaged();
    container.items.insert(container.items.end(), items.begin(), items.end());
  }

  void push_function(std::string_view module, std::string_view name) {
    Value value{.kind = Kind::function, .text = name, .items = {}};
    const bool known = (module == "collections" && name == "OrderedDict") ||
                       (module == "torch._utils" &&
                        (name == "_rebuild_tensor_v2" || name == "_rebuild_parameter"));
    if (!known) {
      if (module != "torch" || !storage_type(name, value.type)) {
        fail(fmt::format(
            "asks for {}.{}, which no state dict needs; nothing in a file of weights is "
            "executed: save model.state_dict() instead of the model",
            shown(module), shown(name)));
      }
    }
    push(std::move(value));
  }

  static bool storage_type(std::string_view name, ElementType& type) {
    static const std::unordered_map<std::string_view, ElementType> types = {
        {"HalfStorage", ElementType::float16},  {"BFloat16Storage", ElementType::bfloat16},
        {"FloatStorage", ElementType::float32}, {"DoubleStorage", ElementType::float64},
        {"LongStorage", ElementType::integer},  {"IntStorage", ElementType::integer},
        {"ShortStorage", ElementType::integer}, {"CharStorage", ElementType::integer},
        {"ByteStorage", ElementType::integer},  {"BoolStorage", ElementType::integer}};
    const auto found = types.find(name);
    if (found == types.end()) return false;
    type = found->second;
    return true;
  }

  /// ('storage', type, key, device, elements)
  void push_storage() {
    const Value& id = values_[pop()];
    if (item(id, 0, Kind::text).text != "storage") fail_damaged();
    const Value& type = item(id, 1, Kind::function);
    ElementType ignored{};
    if (!storage_type(type.text, ignored)) fail_damaged();
    const std::int64_t elements = item(id, 4, Kind::integer).integer;
    if (elements < 0) fail_damaged();
    push(Value{.kind = Kind::storage,
               .integer = elements,
               .text = item(id, 2, Kind::text).text,
               .items = {},
               .type = type.type});
  }

  void reduce() {
    const std::size_t arguments = pop();
    const Value& function = values_[pop()];
    if (function.kind != Kind::function) fail_damaged();
    if (function.text == "OrderedDict") {
      if (values_[arguments].kind != Kind::tuple || !values_[arguments].items.empty())
        fail_damaged();
      push(Kind::dict);
    } else if (function.text == "_rebuild_parameter") {
      item(values_[arguments], 0, Kind::tensor);
      stack_.push_back(values_[arguments].items[0]);
    } else if (function.text == "_rebuild_tensor_v2") {
      push_tensor(values_[arguments]);
    } else {
      fail_damaged();
    }
  }

  std::vector<std::int64_t> sides(const Value& tuple) const {
    if (tuple.items.size() > kMaxRank) fail_damaged();
    std::vector<std::int64_t> all;
    for (std::size_t i = 0; i < tuple.items.size(); ++i) {
      all.push_back(item(tuple, i, Kind::integer).integer);
      if (all.back() < 0 || all.back() > std::int64_t{1} << 31) fail_damaged();
    }
    return all;
  }

  /// (storage, offset, shape, strides, ...)
  void push_tensor(const Value& arguments) {
    const Value& storage = item(arguments, 0, Kind::storage);
    PickledTensor tensor;
    tensor.storage = storage.text;
    tensor.storage_elements = static_cast<std::uint64_t>(storage.integer);
    tensor.type = storage.type;
    const std::int64_t offset = item(arguments, 1, Kind::integer).integer;
    tensor.shape = sides(item(arguments, 2, Kind::tuple));
    tensor.strides = sides(item(arguments, 3, Kind::tuple));
    if (offset < 0 || tensor.shape.size() != tensor.strides.size()) fail_damaged();
    tensor.offset = static_cast<std::uint64_t>(offset);
    // Both products stay under 2^31 * 2^31, as a step too far ends the loop.
    std::uint64_t elements = 1, last = tensor.offset;
    for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
      const auto side = static_cast<std::uint64_t>(tensor.shape[i]);
      elements *= side;
      if (side > 0) last += (side - 1) * static_cast<std::uint64_t>(tensor.strides[i]);
      if (elements > tensor.storage_elements || elements > std::uint64_t{1} << 31) break;
      if (elements > 0 && last >= tensor.storage_elements) break;
    }
    if (elements > tensor.storage_elements || elements > std::uint64_t{1} << 31 ||
        (elements > 0 && last >= tensor.storage_elements)) {
      fail("has a tensor that does not fit its storage; the file is damaged");
    }
    tensors_.push_back(std::move(tensor));
    push(Value{.kind = Kind::tensor,
               .integer = static_cast<std::int64_t>(tensors_.size()) - 1,
               .text = {},
               .items = {}});
  }

  std::map<std::string, PickledTensor> state_dict(std::size_t index) const {
    const Value* dict = &values_[index];
    if (dict->kind != Kind::dict) fail("holds no dictionary of tensors; save model.state_dict()");
    for (std::size_t i = 0; i + 1 < dict->items.size(); i += 2) {
      const Value &key = values_[dict->items[i]], &value = values_[dict->items[i + 1]];
      const bool inner = key.kind == Kind::text && value.kind == Kind::dict &&
                         (key.text == "state_dict" || key.text == "model");
      if (inner) {
        dict = &value;
        break;
      }
    }
    std::map<std::string, PickledTensor> all;
    for (std::size_t i = 0; i + 1 < dict->items.size(); i += 2) {
      const Value &key = values_[dict->items[i]], &value = values_[dict->items[i + 1]];
      if (key.kind == Kind::text && value.kind == Kind::tensor)
        all[std::string(key.text)] = tensors_[static_cast<std::size_t>(value.integer)];
    }
    if (all.empty()) fail("holds no dictionary of tensors; save model.state_dict()");
    return all;
  }

  ByteView program_;
  const std::string& where_;
  std::size_t at_ = 0;
  std::vector<Value> values_;
  std::vector<PickledTensor> tensors_;
  std::vector<std::size_t> stack_;
  std::unordered_map<std::uint64_t, std::size_t> memo_;
};

}  // namespace

std::map<std::string, PickledTensor> read_pickled_state_dict(ByteView pickle,
                                                             const std::string& where) {
  return Machine(pickle, where).run();
}

}  // namespace signpost
