;;; hermes-mode-test.el --- Tests of hermes-mode -*- lexical-binding: t; -*-

;;; Commentary:

;; emacs -Q --batch -L . -l hermes-mode-test.el -f ert-run-tests-batch-and-exit

;;; Code:

(require 'ert)
(require 'hermes-mode)

(defmacro hermes-test--with (text &rest body)
  "Run BODY in a buffer with TEXT, in colours."
  (declare (indent 1))
  `(with-temp-buffer
     (insert ,text)
     (hermes-mode)
     (font-lock-ensure)
     (goto-char (point-min))
     ,@body))

(defun hermes-test--face (word)
  "The face of WORD, where it stands next."
  (search-forward word)
  (get-text-property (match-beginning 0) 'face))

(ert-deftest hermes-test-colours ()
  (hermes-test--with "## Doc.\nlongrun web {\n    run exec web#1 --port ${PORT:-80} # no\n    env A = \"x\"\n    finish sh \"\"\"\n        echo \"run\" # in\n        \"\"\"\n    timeout-up 5s\n}\n"
    (should (eq (hermes-test--face "Doc") 'font-lock-comment-face))
    (should (eq (hermes-test--face "longrun") 'font-lock-keyword-face))
    (should (eq (hermes-test--face "web") 'font-lock-function-name-face))
    (should (eq (hermes-test--face "run") 'font-lock-builtin-face))
    (should (eq (hermes-test--face "exec") 'font-lock-preprocessor-face))
    (should (eq (hermes-test--face "#1") nil))
    (should (eq (hermes-test--face "no\n") 'font-lock-comment-face))
    (should (eq (hermes-test--face "\"x\"") 'font-lock-string-face))
    (should (eq (hermes-test--face "echo") 'font-lock-string-face))
    (should (eq (hermes-test--face "# in") 'font-lock-string-face))
    (should (eq (hermes-test--face "timeout-up") 'font-lock-builtin-face))))

(ert-deftest hermes-test-quotes ()
  (hermes-test--with "oneshot a {\n    up sh \"\"\"\"\n        x \"\"\"three\"\"\" y\n        \"\"\"\"\n}\nbundle b { a }\n"
    (should (eq (hermes-test--face "three") 'font-lock-string-face))
    (should (eq (hermes-test--face "y") 'font-lock-string-face))
    (should (eq (hermes-test--face "bundle") 'font-lock-keyword-face))))

(ert-deftest hermes-test-indentation ()
  "What `hermesc fmt' has laid out is as it was once it is indented."
  (let ((file (expand-file-name "../../tests/golden/format/input.formatted.hermes")))
    (with-temp-buffer
      (insert-file-contents file)
      (hermes-mode)
      (let ((before (buffer-string)))
        (indent-region (point-min) (point-max))
        (should (equal (buffer-string) before))
        ;; And from nothing, but for what stands in texts.
        (goto-char (point-min))
        (while (not (eobp))
          (unless (nth 3 (save-excursion (syntax-ppss (line-beginning-position))))
            (delete-horizontal-space))
          (forward-line 1))
        (indent-region (point-min) (point-max))
        (should (equal (buffer-string) before))))))

(ert-deftest hermes-test-texts-stay ()
  "Indentation changes nothing of what a script holds."
  (let ((text "oneshot a {\n    down exec echo a,\n    up text \"\"\"\n  x\n\n        y\n  \"\"\"\n}\n"))
    (hermes-test--with text
      (indent-region (point-min) (point-max))
      (should (equal (buffer-string) text)))))

(ert-deftest hermes-test-typed ()
  "New lines begin where `hermesc fmt' has them."
  (hermes-test--with ""
    (dolist (line '("oneshot a {" "up sh \"\"\"" "set -e" "true" "\"\"\""))
      (insert line)
      (newline)
      (indent-according-to-mode))
    (insert "}")
    (indent-according-to-mode)
    (should (equal (buffer-string)
                   "oneshot a {\n    up sh \"\"\"\n        set -e\n        true\n        \"\"\"\n}"))))

(ert-deftest hermes-test-outline ()
  (hermes-test--with "longrun web {\n}\nbundle user { web }\n"
    (require 'imenu)
    (let ((index (imenu--make-index-alist t)))
      (should (assoc "web" index))
      (should (assoc "user" (cdr (assoc "Bundles" index)))))))

;;; hermes-mode-test.el ends here
