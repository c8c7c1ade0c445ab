/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A library that only some runs need is loaded by the first of them: to load all of them
 * takes longer than all else that a short run does. Each has one file that uses it:
 *
 *	#define CALLS(X) X(json_string) X(json_delete)
 *	ON_DEMAND("libjansson.so.4", "writes JSON", CALLS)
 *
 *	if (load_library())
 *		json = do_json_string(text);
 *
 * With -DLINKS_ALL, as for a static program, it is linked as any other.
 */
#ifndef CMD_ON_DEMAND_H
#define CMD_ON_DEMAND_H

#include "base/basics.h"

struct on_demand_call {
	const char *name;
	void *pointer; /* of the pointer to the function */
};

/*
 * Sets the pointers. False: the library or one of the functions is missing, which has been
 * reported; @purpose: what the library does, for that message.
 */
bool on_demand_load(const char *library, const char *purpose,
	const struct on_demand_call *calls, size_t n_calls);
/* Was a library missing? */
bool on_demand_has_failed(void);

#ifdef LINKS_ALL
#define ON_DEMAND_POINTER(name) static __typeof__(name) *const do_##name = name;
#define ON_DEMAND(library, purpose, calls)                                               \
	calls(ON_DEMAND_POINTER) static bool load_library(void)                          \
	{                                                                                \
		return true;                                                             \
	}
#else
#define ON_DEMAND_POINTER(name) static __typeof__(name) *do_##name;
#define ON_DEMAND_CALL(name) { #name, &do_##name },
#define ON_DEMAND(library, purpose, calls)                                               \
	calls(ON_DEMAND_POINTER) static bool load_library(void)                          \
	{                                                                                \
		static const struct on_demand_call all[] = { calls(ON_DEMAND_CALL) };    \
		static bool is_loaded;                                                   \
                                                                                         \
		is_loaded = is_loaded ||                                                 \
			on_demand_load(library, purpose, all, LENGTH(all));              \
		return is_loaded;                                                        \
	}
#endif

#endif
