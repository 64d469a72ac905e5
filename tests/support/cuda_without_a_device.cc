// Built as libtorch_cuda.so: it loads, and registers nothing.
extern "C" int at2_test_nothing() { return 0; }
