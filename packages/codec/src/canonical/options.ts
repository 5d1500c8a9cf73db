/** What can be asked of a canonical form. */

/** The three forms; each is meant without comments unless {@link CanonicalisationOptions.comments} asks for them. */
export type CanonicalisationMethod = 'exclusive' | 'inclusive' | 'inclusive-1.1';

/** How to write the content of an element. */
export interface ContentOptions {
  /** WithComments; false by default, as for every same-document reference. */
  readonly comments?: boolean | undefined;
  /**
   * A piece without namespace says `xmlns=""` even where nothing is in force, so that it means the same wherever it is
   * put. Plaintext that will be spliced back needs this; a digest must not. Of exclusive C14N.
   */
  readonly shieldDefaultNamespace?: boolean | undefined;
}

/** How to canonicalise. */
export interface CanonicalisationOptions extends ContentOptions {
  /** `exclusive` by default. Inclusive forms depend on where the element stands, and are there for interoperability. */
  readonly method?: CanonicalisationMethod | undefined;
  /** As one of `CANONICALISATION_ALGORITHMS` has it, which may be given as it is; says nothing that `method` and `comments` do not. */
  readonly name?: string | undefined;
  /** As {@link name}. */
  readonly uri?: string | undefined;
  /**
   * PrefixList of ec:InclusiveNamespaces, `#default` for the default namespace; unknown prefixes have no effect, and
   * neither has the list for an inclusive method.
   */
  readonly inclusivePrefixes?: readonly string[] | undefined;
  /** An element inside that is left out, with all in it: the Signature of an enveloped-signature transform. */
  readonly without?: number | undefined;
  /** What STR-Transform (protocol §3.6) does: a token in the place of the reference to it. Not with `without`. */
  readonly replacement?: Replacement | undefined;
}

/** Two elements of one tape. */
export interface Replacement {
  /** The element that does not appear: the apex, or one inside. */
  readonly element: number;
  /** The element that appears there, in the namespace scope of its own place. */
  readonly by: number;
}
