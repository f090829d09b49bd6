/*
 * Opens TensorFlow's shared libraries with their symbols visible to modules that are loaded later. Node's own
 * process.dlopen can't: it opens only Node modules. With it, the binding needs no link to TensorFlow and the same binary
 * serves every installation.
 */
#include <dlfcn.h>
#include <node_api.h>
#include <stdlib.h>

/* load(path: string): string — '' or why the library could not be opened. */
static napi_value load(napi_env env, napi_callback_info info) {
  size_t count = 1, length = 0;
  napi_value argument, result;
  if (napi_get_cb_info(env, info, &count, &argument, NULL, NULL) != napi_ok || count < 1 ||
      napi_get_value_string_utf8(env, argument, NULL, 0, &length) != napi_ok) {
    napi_throw_type_error(env, NULL, "load needs a path");
    return NULL;
  }
  char *path = malloc(length + 1);
  if (!path) {
    napi_throw_error(env, NULL, "out of memory");
    return NULL;
  }
  napi_get_value_string_utf8(env, argument, path, length + 1, &length);
  const char *error = dlopen(path, RTLD_NOW | RTLD_GLOBAL) ? "" : dlerror();
  free(path);
  if (napi_create_string_utf8(env, error ? error : "unknown error", NAPI_AUTO_LENGTH, &result) != napi_ok) return NULL;
  return result;
}

NAPI_MODULE_INIT() {
  napi_value function;
  if (napi_create_function(env, "load", NAPI_AUTO_LENGTH, load, NULL, &function) != napi_ok ||
      napi_set_named_property(env, exports, "load", function) != napi_ok) {
    return NULL;
  }
  return exports;
}
