/// \file base/clones.h
/// \brief Functions compiled for several instruction sets, of which the processor's best is chosen at run time.
#pragma once

// By what a processor can do: a name such as "haswell" would be that very family alone. Sanitizers cannot start before
// the resolvers of these clones run.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define AT2_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define AT2_CLONES
#endif
