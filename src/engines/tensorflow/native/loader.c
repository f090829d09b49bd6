/*
 * Opens TensorFlow's shared libraries with their symbols visible to modules that are loaded later. Node's own
 * process.dlopen can't: it opens only Node modules. With it, the binding needs no link to TensorFlow and the same binary
 * serves every installation.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <stdlib.h>
#include <unistd.h>

/* Debian 12's compiler would ask for glibc 2.34, where these two moved into libc; the old names are in every glibc. */
#if defined(__GLIBC__) && defined(__x86_64__)
__asm__(".symver dlopen, dlopen@GLIBC_2.2.5\n.symver dlerror, dlerror@GLIBC_2.2.5");
#elif defined(__GLIBC__) && defined(__aarch64__)
__asm__(".symver dlopen, dlopen@GLIBC_2.17\n.symver dlerror, dlerror@GLIBC_2.17");
#endif

static int saved_stderr = -1;

/* The call's only argument as a string to be freed, or NULL with an exception pending. */
static char *path_argument(napi_env env, napi_callback_info info) {
  size_t count = 1, length = 0;
  napi_value argument;
  if (napi_get_cb_info(env, info, &count, &argument, NULL, NULL) != napi_ok || count < 1 ||
      napi_get_value_string_utf8(env, argument, NULL, 0, &length) != napi_ok) {
    napi_throw_type_error(env, NULL, "a path is needed");
    return NULL;
  }
  char *path = malloc(length + 1);
  if (path) napi_get_value_string_utf8(env, argument, path, length + 1, &length);
  else napi_throw_error(env, NULL, "out of memory");
  return path;
}

/* load(path: string): string — '' or why the library could not be opened. */
static napi_value load(napi_env env, napi_callback_info info) {
  napi_value result;
  char *path = path_argument(env, info);
  if (!path) return NULL;
  const char *error = dlopen(path, RTLD_NOW | RTLD_GLOBAL) ? "" : dlerror();
  free(path);
  if (napi_create_string_utf8(env, error ? error : "unknown error", NAPI_AUTO_LENGTH, &result) != napi_ok) return NULL;
  return result;
}

/* redirectErrors(path: string): void — what is written to standard error goes to that file until restoreErrors(). */
static napi_value redirect_errors(napi_env env, napi_callback_info info) {
  char *path = path_argument(env, info);
  if (!path) return NULL;
  int file = saved_stderr < 0 ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
  free(path);
  if (file < 0) return NULL;
  saved_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  if (saved_stderr >= 0) dup2(file, STDERR_FILENO);
  close(file);
  return NULL;
}

static napi_value restore_errors(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  if (saved_stderr < 0) return NULL;
  dup2(saved_stderr, STDERR_FILENO);
  close(saved_stderr);
  saved_stderr = -1;
  return NULL;
}

NAPI_MODULE_INIT() {
  napi_property_descriptor properties[] = {
      {"load", NULL, load, NULL, NULL, NULL, napi_enumerable, NULL},
      {"redirectErrors", NULL, redirect_errors, NULL, NULL, NULL, napi_enumerable, NULL},
      {"restoreErrors", NULL, restore_errors, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  if (napi_define_properties(env, exports, sizeof properties / sizeof *properties, properties) != napi_ok) return NULL;
  return exports;
}
