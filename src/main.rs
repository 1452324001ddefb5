fn main(){ let p=std::env::args().nth(1).unwrap(); let t=std::fs::read_to_string(&p).unwrap();
 let t0=std::time::Instant::now();
 let r=hermesc::syntax::parse(hermesc::source::FileId(0),&t);
 eprintln!("{:?} defs {}", t0.elapsed(), r.tree.definitions.len());
 if std::env::args().nth(2).is_some(){ println!("{:#?}", r.tree);}
 let mut m=hermesc::source::SourceMap::default(); let f=m.add(p.as_str(), t.as_bytes().to_vec());
 for d in r.diagnostics { let l=d.location().unwrap(); let (a,b)=m.get(f).unwrap().line_column(l.span.start); println!("{a}:{b} [{}] {} | {:?} | help: {}", d.rule.id, d.message, m.text(l), d.help.unwrap_or_default()); }
}
