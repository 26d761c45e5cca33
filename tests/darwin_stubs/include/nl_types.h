#pragma once
typedef struct darwin_catalogue* nl_catd;
#ifdef __cplusplus
extern "C" {
#endif
nl_catd catopen(const char*, int);
char* catgets(nl_catd, int, int, const char*);
int catclose(nl_catd);
#ifdef __cplusplus
}
#endif
#define NL_CAT_LOCALE 1
