/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Libraries that are loaded by the first run that needs them. */
#include "base/on_demand.h"
#include "base/say.h"

#include <dlfcn.h>
#include <string.h>

static bool has_failed;

bool on_demand_has_failed(void)
{
	return has_failed;
}

bool on_demand_load(const char *library, const char *purpose,
	const struct on_demand_call *calls, size_t n_calls)
{
	void *handle = dlopen(library, RTLD_NOW | RTLD_NODELETE);

	has_failed = true;
	if (!handle) {
		say_error("cannot load %s, which %s: install the package that has it "
			  "(%s)",
			library, purpose, dlerror());
		return false;
	}
	for (size_t i = 0; i < n_calls; i++) {
		void *address = dlsym(handle, calls[i].name);

		if (!address) {
			say_error("cannot use %s, which %s: it is too old and has no "
				  "%s()",
				library, purpose, calls[i].name);
			return false;
		}
		memcpy(calls[i].pointer, &address, sizeof(address));
	}
	has_failed = false;
	return true;
}
