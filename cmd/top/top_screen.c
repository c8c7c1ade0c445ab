#include "top/top.h"
enum status top_run_screen(struct watching *watching){ (void)watching; return STATUS_DONE; }
