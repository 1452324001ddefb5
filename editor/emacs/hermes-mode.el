;;; hermes-mode.el --- Services for s6-rc and s6-overlay -*- lexical-binding: t; -*-

;; Author: hermesc
;; Version: 0.1.0
;; Package-Requires: ((emacs "27.1"))
;; Keywords: languages, processes
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; A major mode for `.hermes' files: colours, indentation as `hermesc fmt' has it, comments, an outline for imenu, and an
;; entry for eglot, with which `M-x eglot' starts `hermesc lsp'.

;;; Code:

(defgroup hermes nil
  "Services for s6-rc and s6-overlay."
  :group 'languages)

(defcustom hermes-indent-offset 4
  "Columns of one step of indentation; `hermesc fmt' writes four."
  :type 'integer
  :safe #'integerp)

(defcustom hermes-program "hermesc"
  "The program that checks, serves the editor and lays texts out."
  :type 'string)

(defconst hermes-definitions
  '("target" "umask" "let" "include" "extern" "extend" "longrun" "oneshot" "bundle" "service" "pipeline" "template" "use"
    "for" "main" "cont-init" "stage2-hook")
  "The words that a definition begins with.")

(defconst hermes-statements
  '("run" "finish" "up" "down" "reload" "depends-on" "in" "timeout-up" "timeout-down" "timeout-kill" "timeout-finish"
    "notification-fd" "lock-fd" "max-death-tally" "down-signal" "reload-signal" "flag-essential" "flag-recommended"
    "flag-timeout-killpg" "flag-newpidns" "data" "envdir" "instance-template" "raw" "when" "stop-on" "ready" "log" "on-exit"
    "prepare" "cleanup" "control-user" "user" "env" "env-file" "cwd" "umask" "limit" "nice" "redirect")
  "The words that a statement begins with.")

(defconst hermes-options
  '("keep" "rotate-at" "timestamp" "select" "deselect" "check" "interval" "check-timeout" "timeout" "tries" "user")
  "The words that an option begins with.")

(defvar hermes-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?\\ "\\" table)
    (dolist (char '(?- ?_))
      (modify-syntax-entry char "_" table))
    (dolist (char '(?. ?/ ?: ?@ ?+ ?% ?~ ?^ ?! ?? ?* ?& ?< ?> ?$ ?= ?|))
      (modify-syntax-entry char "." table))
    table)
  "Syntax of hermes texts.")

(defun hermes--begins (words)
  "A regular expression of WORDS where a statement begins."
  (concat "\\(?:^\\|[{};]\\)[ \t]*\\(" (regexp-opt words) "\\)\\_>"))

(defconst hermes-font-lock-keywords
  `((,(concat "\\(?:^\\|[{};]\\)[ \t]*\\(\\(?:extend[ \t]+\\|extern[ \t]+\\)?"
              (regexp-opt '("longrun" "oneshot" "bundle" "service" "pipeline" "template" "use" "cont-init"))
              "\\)[ \t]+\\([^][ \t\n\"(){},=|]+\\)")
     (1 font-lock-keyword-face)
     (2 font-lock-function-name-face))
    (,(hermes--begins hermes-definitions) 1 font-lock-keyword-face)
    ("\\(?:^\\|[{};]\\)[ \t]*let[ \t]+\\([[:alpha:]_][[:alnum:]_-]*\\)" 1 font-lock-constant-face)
    (,(hermes--begins hermes-statements) 1 font-lock-builtin-face)
    (,(hermes--begins hermes-options) 1 font-lock-variable-name-face)
    ("\\_<\\(exec\\|file\\|text\\)\\_>[ \t]" 1 font-lock-preprocessor-face)
    ("[ \t]\\([[:alnum:]/.]+\\)\\(?:[ \t]+-[^ \t\n\"]*\\)*[ \t]+\"\"\"" 1 font-lock-preprocessor-face)
    ("{{[[:alpha:]_][[:alnum:]_-]*}}" 0 font-lock-constant-face prepend)
    ("\\${[^}\n]*}" 0 font-lock-variable-name-face prepend)
    ("\\_<\\(SIG[A-Z0-9]+\\|never\\|none\\)\\_>" 1 font-lock-constant-face))
  "What has which colour.")

(defun hermes--propertize (start end)
  "Tell texts over lines, and what is no comment, between START and END."
  (goto-char start)
  (funcall
   (syntax-propertize-rules
    ;; Three or more quotes end with as many; each end is a fence of its own kind.
    ("\\(\"\\)\"\"+"
     (1 (let* ((here (match-beginning 0))
               (quotes (- (match-end 0) here))
               (state (save-excursion (syntax-ppss here)))
               (open (and (eq (nth 3 state) t) (nth 8 state))))
          (cond
           ((nth 4 state) nil)
           ((null (nth 3 state))
            (goto-char (match-end 0))
            (string-to-syntax "|"))
           ;; It is text where another number of quotes has opened it.
           ((and open (= quotes (hermes--quotes open)))
            (put-text-property (1- (match-end 0)) (match-end 0) 'syntax-table (string-to-syntax "|"))
            (goto-char (match-end 0))
            (string-to-syntax "."))
           (t (goto-char (match-end 0))
              (string-to-syntax "."))))))
    ;; In a word `#' is a sign like others.
    ("[^][ \t\n;,{}()=|]\\(#\\)" (1 ".")))
   (point) end))

(defun hermes--quotes (place)
  "The number of quotes at PLACE."
  (save-excursion
    (goto-char place)
    (skip-chars-forward "\"")))

(defun hermes-indent-line ()
  "Indent a line as `hermesc fmt' does; a text over lines stays."
  (interactive)
  (let* ((begin (save-excursion (back-to-indentation) (point)))
         (state (save-excursion (syntax-ppss (line-beginning-position))))
         (column (hermes--column state begin)))
    (when column
      (if (<= (point) begin)
          (indent-line-to column)
        (save-excursion (indent-line-to column))))))

(defun hermes--column (state begin)
  "The column of a line in STATE that begins at BEGIN; nil where it stays."
  (save-excursion
    (goto-char begin)
    (if (nth 3 state)
        (hermes--column-in-text state)
      (let ((closes (looking-at-p "[])}]"))
            (open (nth 1 state)))
        (cond
         ((hermes--continues-p)
          (+ (save-excursion (hermes--to-statement) (current-indentation)) hermes-indent-offset))
         ((null open) 0)
         (t (goto-char open)
            (+ (current-indentation) (if closes 0 hermes-indent-offset))))))))

(defun hermes--column-in-text (state)
  "The column of a new line in the text of STATE; nil for others.
Blanks of a text are part of it."
  (when (looking-at-p "[ \t]*$")
    (forward-line 0)
    (skip-chars-backward " \t\n")
    (if (< (line-beginning-position) (nth 8 state))
        ;; The first line stands one step further in than the statement, and so will the closing quotes.
        (+ (current-indentation) hermes-indent-offset)
      (current-indentation))))

(defun hermes--continues-p ()
  "Whether the line before goes on in this one."
  (save-excursion
    (and (zerop (forward-line -1))
         (hermes--goes-on-p))))

(defun hermes--goes-on-p ()
  "Whether this line goes on in the next."
  (save-excursion
    (end-of-line)
    (let ((state (syntax-ppss)))
      (if (nth 4 state) (goto-char (nth 8 state)))
      (skip-chars-backward " \t")
      (and (not (nth 3 state))
           (or (eq (char-before) ?\\)
               (and (memq (char-before) '(?, ?|))
                    ;; In `exec' they are words like others.
                    (not (save-excursion (re-search-backward "[ \t]exec[ \t]" (line-beginning-position) t)))
                    (let ((open (nth 1 state)))
                      (or (null open)
                          (and (eq (char-after open) ?{)
                               (save-excursion
                                 (goto-char open)
                                 (back-to-indentation)
                                 (not (looking-at-p "\\(?:extend[ \t]+\\)?bundle\\_>"))))))))))))

(defun hermes--to-statement ()
  "Go to the first line of the statement that goes on here."
  (while (hermes--continues-p)
    (forward-line -1)))

(defun hermes-format-buffer ()
  "Lay the text out with `hermesc fmt'."
  (interactive)
  (let ((formatted (generate-new-buffer " *hermesc fmt*")))
    (unwind-protect
        (if (memq (call-process-region nil nil hermes-program nil (list formatted nil) nil "fmt" "-") '(0 1))
            (replace-buffer-contents formatted)
          (user-error "`%s fmt' failed" hermes-program))
      (kill-buffer formatted))))

;;;###autoload
(define-derived-mode hermes-mode prog-mode "Hermes"
  "Major mode for services in the hermes language."
  (setq-local comment-start "# ")
  (setq-local comment-start-skip "#+[ \t]*")
  (setq-local indent-tabs-mode nil)
  (setq-local tab-width hermes-indent-offset)
  (setq-local indent-line-function #'hermes-indent-line)
  (setq-local electric-indent-chars (append '(?} ?\] ?\)) electric-indent-chars))
  (setq-local font-lock-defaults '(hermes-font-lock-keywords))
  (setq-local syntax-propertize-function #'hermes--propertize)
  (setq-local imenu-generic-expression
              `((nil ,(concat "^[ \t]*" (regexp-opt '("longrun" "oneshot")) "[ \t]+\\([^ \t\n{]+\\)") 1)
                ("Bundles" "^[ \t]*bundle[ \t]+\\([^ \t\n{]+\\)" 1)
                ("Templates" "^[ \t]*template[ \t]+\\([^ \t\n(]+\\)" 1))))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.hermes\\'" . hermes-mode))

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs `(hermes-mode . (,hermes-program "lsp"))))

(provide 'hermes-mode)
;;; hermes-mode.el ends here
