//! What was resolved becomes the model: sugar is written out, bundles get their members, pipelines their ends.

use smol_str::SmolStr;

use crate::diagnostic::Diagnostic;
use crate::expand;
use crate::model::{Definition, Model, Reference, Unused, UnusedKind};
use crate::resolve::draft::Draft;
use crate::resolve::{Pipeline, Resolver, draft, log};
use crate::rules::reading;
use crate::source::Location;

impl Resolver<'_> {
    /// Writes the sugar of a definition out.
    pub(super) fn expand(&mut self, mut draft: Box<Draft>) {
        for bundle in std::mem::take(&mut draft.bundles) {
            self.memberships.push((bundle, draft.definition.name.clone()));
        }
        let directories = draft.logs.iter().filter_map(|log| match &log.value.to {
            draft::LogTarget::Directory(directory) => Some((directory.clone(), log.place)),
            draft::LogTarget::Stdout => None,
        });
        for (directory, place) in directories {
            if let Some(first) = self.log_directories.get(&directory) {
                self.diagnostics.push(log::written_twice(&directory, place, *first));
            } else {
                self.log_directories.insert(directory, place);
            }
        }
        let (modes, from) = (std::mem::take(&mut draft.modes), self.made_definitions.len());
        let name = draft.definition.name.clone();
        expand::service(draft, &self.target, &mut self.made_definitions, &mut self.diagnostics);
        let made = self.made_definitions.iter_mut().skip(from).find(|definition| definition.name == name);
        if let Some(definition) = made {
            definition.programs.set_modes(&modes);
        }
    }

    /// The model of what was collected.
    pub(super) fn finish(mut self) -> (Model, Vec<Diagnostic>) {
        let mut members: Vec<Reference> = Vec::new();
        let mut model = Model::new(self.target, std::mem::take(&mut self.made_definitions));
        for (bundle, member) in std::mem::take(&mut self.memberships) {
            let reference = Reference { name: member, place: bundle.place, origin: bundle.origin };
            if let Some(definition) = model.find(&bundle.name).and_then(|at| model.definitions.get_mut(at)) {
                definition.contents.push(reference);
            } else if self.target.built_in(&bundle.name).is_some_and(|built_in| built_in.open) {
                let mut definition = Definition::new(bundle.name.clone(), crate::model::Kind::Bundle, bundle.place);
                definition.contents.push(reference);
                model.push(definition);
            } else {
                members.push(bundle);
            }
        }
        model.loose = members;
        for pipeline in std::mem::take(&mut self.pipelines) {
            self.connect(&mut model, &pipeline);
        }
        model.unused = self.unused();
        model.umask = self.umask;
        model.set_externals(self.externals);
        model.files = self.raw.into_iter().collect();
        model.broken = self.broken;
        model.container = expand::container(self.container, &self.target, &mut self.diagnostics);
        (model, self.diagnostics)
    }

    fn unused(&self) -> Vec<Unused> {
        let constants = self.constants.values().filter(|constant| !constant.used).map(|constant| Unused {
            what: UnusedKind::Constant,
            name: constant.name.name.clone(),
            place: Location::new(constant.file, constant.name.span),
            definition: constant.definition,
        });
        let templates = self.templates.values().filter(|template| !template.used).map(|template| Unused {
            what: UnusedKind::Template,
            name: template.name.name.clone(),
            place: Location::new(template.file, template.name.span),
            definition: template.definition,
        });
        let mut unused: Vec<Unused> = constants.chain(templates).collect();
        unused.sort_by_key(|unused| unused.place);
        unused
    }

    /// Writes a pipeline into the definitions that it names.
    fn connect(&mut self, model: &mut Model, pipeline: &Pipeline) {
        for pair in pipeline.stages.windows(2) {
            let [producers, consumers] = pair else { continue };
            let Some((consumer, consumer_place)) = consumers.first() else { continue };
            if let Some((_, extra)) = consumers.get(1) {
                self.diagnostics.push(
                    Diagnostic::new(&reading::BAD_VALUE, "a pipeline has one consumer behind each `|`")
                        .at(*extra, "a second one")
                        .help("several producers may feed one consumer, but a producer has one consumer only"),
                );
            }
            for (producer, producer_place) in producers {
                let link = |name: &SmolStr, place: Location| Reference {
                    name: name.clone(),
                    place,
                    origin: crate::model::ReferenceOrigin::Written,
                };
                match model.find(producer).and_then(|at| model.definitions.get_mut(at)) {
                    Some(definition) => {
                        if let Some(first) = &definition.producer_for {
                            self.diagnostics.push(
                                Diagnostic::new(
                                    &reading::OVERWRITTEN_STATEMENT,
                                    format!("`{producer}` feeds two consumers"),
                                )
                                .at(*producer_place, format!("feeds `{consumer}` here"))
                                .at(first.place, format!("feeds `{}` already", first.name))
                                .help("a producer has one standard output, and `producer-for` holds one name"),
                            );
                            continue;
                        }
                        definition.producer_for = Some(link(consumer, *consumer_place));
                    }
                    None => model.loose.push(link(producer, *producer_place)),
                }
                match model.find(consumer).and_then(|at| model.definitions.get_mut(at)) {
                    Some(definition) => definition.consumer_for.push(link(producer, *producer_place)),
                    None => model.loose.push(link(consumer, *consumer_place)),
                }
            }
        }
        let last = pipeline.stages.last().and_then(|stage| stage.first());
        if let (Some((name, place)), Some((last, _))) = (&pipeline.name, last)
            && let Some(definition) = model.find(last).and_then(|at| model.definitions.get_mut(at))
        {
            if let Some(first) = &definition.pipeline_name {
                self.diagnostics.push(
                    Diagnostic::new(
                        &reading::OVERWRITTEN_STATEMENT,
                        format!("the pipeline that ends in `{last}` has two names"),
                    )
                    .at(*place, "the second name")
                    .at(first.place, "the first name")
                    .help("write one `pipeline` with all producers: `pipeline NAME = A, B | C`"),
                );
            } else {
                definition.pipeline_name = Some(crate::model::Placed::new(name.clone(), *place));
            }
        }
    }
}
