// Built as libtorch_cuda.so: like a library of another release, it needs what this LibTorch does not have.
extern "C" int at2_test_symbol_of_another_release();
extern "C" int at2_test_use_it() { return at2_test_symbol_of_another_release(); }
