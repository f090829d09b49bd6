/*
 * Newer compilers call this function of libstdc++ 11; our own keeps the binding loadable beside the older libstdc++ that
 * TensorFlow itself is content with.
 */
#include <cstdlib>

namespace std {
__attribute__((visibility("hidden"))) void __throw_bad_array_new_length() { std::abort(); }
}  // namespace std
