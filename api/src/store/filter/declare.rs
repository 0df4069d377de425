//! What every filter of a list is made of: `and`, `or`, `not`, and its fields, each declared once.

/// Declares a filter: its fields, what each takes, and the condition it stands for, in somebody's sight.
///
/// ```ignore
/// filters! {
///     /// Which teams. Conditions in one object must all hold.
///     TeamFilter {
///         /// By name.
///         name: TextFilter => |f, _| f.on::<team::Entity>(team::Column::Name),
///         /// By worth, which customers may not know of.
///         #[internal]
///         worth: LongFilter => |f, _| f.on::<team::Entity>(team::Column::Worth),
///     }
/// }
/// ```
macro_rules! filters {
    ($(#[doc = $doc:literal])+ $name:ident {
        $($(#[doc = $about:literal])+ $(#[$internal:ident])? $field:ident: $takes:ty => $on:expr,)+
    }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, Default, PartialEq, async_graphql::InputObject, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name {
            /// All of these.
            pub and: Option<Vec<$name>>,
            /// At least one of these; none of an empty list.
            pub or: Option<Vec<$name>>,
            /// Not this.
            pub not: Option<Box<$name>>,
            $($(#[doc = $about])+ pub $field: Option<$takes>,)+
        }

        impl $name {
            fn inner(&self) -> impl Iterator<Item = &Self> {
                self.and.iter().flatten().chain(self.or.iter().flatten()).chain(self.not.as_deref())
            }
        }

        impl $crate::store::filter::Filter for $name {
            fn condition(
                &self,
                sight: $crate::store::Sight<'_>,
            ) -> $crate::base::Result<sea_orm::sea_query::Condition> {
                let (and, or, not) = (self.and.as_deref(), self.or.as_deref(), self.not.as_deref());
                let mut all = $crate::store::filter::nested(and, or, not, sight)?;
                $(if let Some(given) = &self.$field {
                    let on: fn(
                        &$takes,
                        $crate::store::Sight<'_>,
                    ) -> $crate::base::Result<sea_orm::sea_query::Condition> = $on;
                    all = all.add(on(given, sight)?);
                })+
                Ok(all)
            }

            fn weight(&self) -> usize {
                1 + self.inner().map($crate::store::filter::Filter::weight).sum::<usize>()
            }
        }

        impl $crate::store::filter::Flat for $name {
            fn internal(&self) -> Option<String> {
                let used = [$(self.$field.is_some()),+];
                let used = Self::fields().into_iter().zip(used).find(|(field, used)| *used && field.internal);
                used.map(|(field, _)| field.key()).or_else(|| self.inner().find_map(Self::internal))
            }

            fn fields() -> Vec<$crate::store::filter::Field> {
                vec![$($crate::store::filter::Field {
                    name: stringify!($field),
                    about: concat!($($about),+).trim_ascii(),
                    internal: !<[&str]>::is_empty(&[$(stringify!($internal)),*]),
                    operators: <$takes as $crate::store::filter::Operators>::operators(),
                },)+]
            }
        }
    };
}

pub(crate) use filters;
