//! The syntax tree: what a file says, with the span of everything and its comments, and nothing decided yet.

use smol_str::SmolStr;

use crate::source::Span;

/// One file.
#[derive(Debug, Default)]
pub struct Tree {
    /// What it defines, in order.
    pub definitions: Vec<Definition>,
    /// Every comment, in order, documentation included.
    pub comments: Vec<Comment>,
    /// Names whose definition could not be read: whoever refers to one is not to blame.
    pub broken_names: Vec<SmolStr>,
}

/// `# …` up to the end of its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// From the `#` to the last character.
    pub span: Span,
    /// Whether it begins with `##`.
    pub documentation: bool,
}

/// A name that the language itself gives meaning to, or that only this language knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident {
    /// Its letters.
    pub name: SmolStr,
    /// Where it stands.
    pub span: Span,
}

/// One definition.
#[derive(Debug)]
pub struct Definition {
    /// From the keyword to the end of it.
    pub span: Span,
    /// The text of the `##` comments right above it.
    pub documentation: Option<String>,
    /// What is defined.
    pub kind: DefinitionKind,
}

/// The kinds of definition.
#[derive(Debug)]
pub enum DefinitionKind {
    /// `umask MASK`
    Umask {
        /// The mask, in octal.
        mask: Text,
    },
    /// `target NAME VERSION`
    Target {
        /// The name.
        name: Text,
        /// The version.
        version: Option<Text>,
    },
    /// `let NAME = VALUE`
    Constant {
        /// The name.
        name: Ident,
        /// The value.
        value: Value,
    },
    /// `include PATH`
    Include {
        /// The path.
        path: Text,
    },
    /// `extern KIND NAMES`
    External {
        /// The kind.
        kind: ExternalKind,
        /// The names.
        names: Vec<Text>,
    },
    /// `longrun NAME { … }` or `oneshot NAME { … }`
    Service {
        /// Which kind.
        kind: ServiceKind,
        /// The name.
        name: Text,
        /// What is said of it.
        body: Body,
    },
    /// `bundle NAME { … }`
    Bundle {
        /// The name.
        name: Text,
        /// Its members.
        members: Vec<Text>,
        /// Everything else said of it.
        statements: Vec<Statement>,
        /// From `{` to `}`.
        span: Span,
    },
    /// `extend KIND NAME { … }`
    Extend {
        /// What is added: a service or a bundle.
        addition: Box<DefinitionKind>,
    },
    /// `raw PATH CONTENT`
    Raw {
        /// All of it.
        statement: Statement,
    },
    /// `pipeline NAME = A, B | C`
    Pipeline {
        /// The name, if it has one.
        name: Option<Text>,
        /// The stages, from the first producers to the last consumer.
        stages: Vec<Vec<Text>>,
    },
    /// `template NAME(PARAMETERS) { … }`
    Template {
        /// The name.
        name: Ident,
        /// The parameters.
        parameters: Vec<Parameter>,
        /// What each use defines.
        definitions: Vec<Definition>,
    },
    /// `use NAME(ARGUMENTS)`
    Use {
        /// The template.
        template: Ident,
        /// The arguments.
        arguments: Vec<GivenArgument>,
    },
    /// `for NAME in LIST { … }`
    For {
        /// The variable.
        variable: Ident,
        /// Its values.
        values: Value,
        /// What each value defines.
        definitions: Vec<Definition>,
    },
    /// `main { … }`
    Main {
        /// What is said of it.
        body: Body,
    },
    /// `cont-init NAME { … }`
    ContInit {
        /// The name.
        name: Text,
        /// What is said of it.
        body: Body,
    },
    /// `stage2-hook { … }`
    Stage2Hook {
        /// What is said of it.
        body: Body,
    },
}

/// The kinds of service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ServiceKind {
    /// A process that s6 supervises.
    Longrun,
    /// A change of state.
    Oneshot,
    /// One of the two: what is extended by somebody who does not know which.
    Unknown,
}

/// What is known of a name that somebody else defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExternalKind {
    /// A longrun.
    Longrun,
    /// A oneshot.
    Oneshot,
    /// A bundle.
    Bundle,
    /// Nothing.
    Service,
}

/// A parameter of a template.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: Ident,
    /// The pattern that values must match.
    pub pattern: Option<Ident>,
    /// The value where none is given.
    pub default: Option<Value>,
}

/// An argument of a `use`.
#[derive(Debug)]
pub struct GivenArgument {
    /// The parameter, where it is named.
    pub name: Option<Ident>,
    /// The value.
    pub value: Value,
}

/// Statements between braces.
#[derive(Debug, Default)]
pub struct Body {
    /// From `{` to `}`.
    pub span: Span,
    /// The statements.
    pub statements: Vec<Statement>,
    /// Whether something stands among them that could not be read: what is not there may have been meant by it.
    pub malformed: bool,
}

/// A keyword, its arguments and its options.
#[derive(Debug)]
pub struct Statement {
    /// From the keyword to the last argument or brace.
    pub span: Span,
    /// The keyword.
    pub keyword: Ident,
    /// The arguments.
    pub arguments: Vec<Argument>,
    /// The options between braces.
    pub options: Option<Body>,
}

/// An argument of a statement.
#[derive(Debug)]
pub enum Argument {
    /// A word, string or text.
    Text(Text),
    /// A list.
    List(List),
    /// `exec` and its words.
    Exec(Exec),
    /// `=`, `|`, `,`, `(` or `)`.
    Punctuation(char, Span),
}

impl Argument {
    /// Where it stands.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Text(text) => text.span,
            Self::List(list) => list.span,
            Self::Exec(exec) => exec.span,
            Self::Punctuation(_, span) => *span,
        }
    }
}

/// A text or a list of them.
#[derive(Debug)]
pub enum Value {
    /// One.
    Text(Text),
    /// Several.
    List(List),
}

impl Value {
    /// Where it stands.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Text(text) => text.span,
            Self::List(list) => list.span,
        }
    }
}

/// `[ … ]`
#[derive(Debug)]
pub struct List {
    /// From `[` to `]`.
    pub span: Span,
    /// What is in it.
    pub values: Vec<Value>,
}

/// How a text was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextForm {
    /// Bare.
    Word,
    /// `"…"` or `'…'`.
    Quoted,
    /// `"""…"""`.
    Fence,
}

/// A text, escapes and indentation gone, constants and parameters not yet put in.
#[derive(Debug, Clone)]
pub struct Text {
    /// With its quotes.
    pub span: Span,
    /// How it was written.
    pub form: TextForm,
    /// What it says.
    pub parts: Parts,
}

/// The parts of a text; nearly all have one.
#[derive(Debug, Clone)]
pub enum Parts {
    /// Literal text, which begins at that byte of the source.
    Plain(SmolStr, u32),
    /// Several.
    Mixed(Vec<Part>),
}

/// A part of a text.
#[derive(Debug, Clone)]
pub enum Part {
    /// Literal text, which begins at that byte of the source.
    Literal(SmolStr, u32),
    /// A byte that is no text: `\xHH` from 80 on.
    Byte(u8),
    /// `{{NAME}}`
    Interpolation(Ident),
}

impl Text {
    /// The text, if no constant or parameter is part of it.
    #[must_use]
    pub fn plain(&self) -> Option<&SmolStr> {
        match &self.parts {
            Parts::Plain(text, _) => Some(text),
            Parts::Mixed(_) => None,
        }
    }

    /// Whether this is the bare word `word`.
    #[must_use]
    pub fn is_word(&self, word: &str) -> bool {
        self.form == TextForm::Word && self.plain().is_some_and(|text| text == word)
    }
}

/// `exec WORDS…`
#[derive(Debug)]
pub struct Exec {
    /// From `exec` to the last word.
    pub span: Span,
    /// The words.
    pub words: Vec<ExecWord>,
}

/// One word of an `exec`: it becomes exactly one argument.
#[derive(Debug)]
pub struct ExecWord {
    /// Where it stands.
    pub span: Span,
    /// Its pieces, in order.
    pub pieces: Vec<Piece>,
}

/// A piece of a word.
#[derive(Debug)]
pub enum Piece {
    /// Text.
    Text(Text),
    /// `${…}`
    Variable(Variable),
}

/// `${NAME}`, `${NAME:-default}`, `${NAME:?message}`
#[derive(Debug)]
pub struct Variable {
    /// From `$` to `}`.
    pub span: Span,
    /// The variable's name.
    pub name: SmolStr,
    /// What happens where it is unset or empty.
    pub otherwise: Otherwise,
}

/// What an unset or empty variable becomes.
#[derive(Debug)]
pub enum Otherwise {
    /// The empty word.
    Empty,
    /// This text.
    Default(Text),
    /// The program is not started and this is said.
    Refuse(Text),
}
