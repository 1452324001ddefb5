// Texts between three or more quotes, which end with as many: a number that no regular expression can keep.

#include "tree_sitter/parser.h"

enum TokenType { FENCE_START, FENCE_CONTENT, FENCE_END };

// So many quotes opened the text that is being read; none is open where it is 0.
typedef struct {
    uint16_t quotes;
} Scanner;

#include "tree_sitter/alloc.h"

void *tree_sitter_hermes_external_scanner_create(void) { return ts_calloc(1, sizeof(Scanner)); }

void tree_sitter_hermes_external_scanner_destroy(void *payload) { ts_free(payload); }

unsigned tree_sitter_hermes_external_scanner_serialize(void *payload, char *buffer) {
    const Scanner *scanner = payload;
    buffer[0] = (char)(scanner->quotes & 0xff);
    buffer[1] = (char)(scanner->quotes >> 8);
    return 2;
}

void tree_sitter_hermes_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
    Scanner *scanner = payload;
    scanner->quotes = length < 2 ? 0 : (uint16_t)((uint8_t)buffer[0] | ((uint8_t)buffer[1] << 8));
}

static bool start(Scanner *scanner, TSLexer *lexer) {
    while (lexer->lookahead == ' ' || lexer->lookahead == '\t' || lexer->lookahead == '\r') {
        lexer->advance(lexer, true);
    }
    uint16_t quotes = 0;
    while (lexer->lookahead == '"' && quotes < UINT16_MAX) {
        lexer->advance(lexer, false);
        quotes++;
    }
    if (quotes < 3) {
        return false;
    }
    scanner->quotes = quotes;
    lexer->result_symbol = FENCE_START;
    return true;
}

static bool inside(Scanner *scanner, TSLexer *lexer) {
    bool has_content = false;
    while (!lexer->eof(lexer)) {
        // What is read so far ends here, should the closing quotes follow.
        lexer->mark_end(lexer);
        uint16_t run = 0;
        while (run < scanner->quotes && lexer->lookahead == '"') {
            lexer->advance(lexer, false);
            run++;
        }
        if (run == scanner->quotes) {
            if (has_content) {
                lexer->result_symbol = FENCE_CONTENT;
                return true;
            }
            lexer->mark_end(lexer);
            scanner->quotes = 0;
            lexer->result_symbol = FENCE_END;
            return true;
        }
        if (run == 0) {
            lexer->advance(lexer, false);
        }
        has_content = true;
    }
    lexer->mark_end(lexer);
    lexer->result_symbol = FENCE_CONTENT;
    return has_content;
}

bool tree_sitter_hermes_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid_symbols) {
    Scanner *scanner = payload;
    // All of them are asked for where the parser has lost its way.
    if (valid_symbols[FENCE_START] && valid_symbols[FENCE_END]) {
        return false;
    }
    if (scanner->quotes > 0 && (valid_symbols[FENCE_CONTENT] || valid_symbols[FENCE_END])) {
        return inside(scanner, lexer);
    }
    return valid_symbols[FENCE_START] && start(scanner, lexer);
}
