// bytes(field) in a visit() says that the strings of a field are bytes, not text: the codec writes them as msgpack bin and
// does not ask for UTF-8.
#pragma once

namespace argosy {

template <class T>
struct Bytes {
  T& of;
};

// `field`: a string, or a map from text to bytes.
template <class T>
Bytes<T> bytes(T& field) { return {field}; }

}  // namespace argosy
