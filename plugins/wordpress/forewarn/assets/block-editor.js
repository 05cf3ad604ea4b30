/**
 * Forewarn in the block editor: a sidebar, a pre-publish panel, a line in the document's settings, and
 * the block that says where the note stands. It checks when the post is opened, saved and about to be
 * published. It marks passages with annotations; the content is never changed.
 */
( function ( wp, forewarn ) {
	'use strict';

	const { Fragment, createElement: el, useEffect } = wp.element;
	const { dispatch, select, subscribe } = wp.data;
	const { __ } = wp.i18n;
	// Since WordPress 6.6 they are in wp.editor.
	const slots = wp.editor && wp.editor.PluginSidebar ? wp.editor : wp.editPost;
	const SOURCE = 'forewarn'; // of our annotations
	const DRAWING = 100; // milliseconds after which the editor has drawn a mark

	// Blocks are other objects after every change. To serialise them with every key stroke would be slow.
	const post = forewarn.keep( {
		postId: () => select( 'core/editor' ).getCurrentPostId(),
		text: ( ask ) => ( { title: ask( 'core/editor' ).getEditedPostAttribute( 'title' ), blocks: ask( 'core/block-editor' ).getBlocks() } ),
		read: () => ( {
			title: select( 'core/editor' ).getEditedPostAttribute( 'title' ) || '',
			content: select( 'core/editor' ).getEditedPostContent(),
		} ),
		isEmpty: () => select( 'core/block-editor' ).getBlockCount() === 0,
	} );

	// ---- passages ---------------------------------------------------------------------------------

	/**
	 * Blocks by their path, counted as the server counts: without blank text between blocks.
	 *
	 * @return {Object} Client ids by path, in reading order.
	 */
	function blocksByPath() {
		const blocks = select( 'core/block-editor' );
		const found = {};
		const read = ( root, prefix ) => {
			let place = 0;
			blocks.getBlockOrder( root ).forEach( ( id ) => {
				const blank = blocks.getBlockName( id ) === 'core/freeform' && ! ( blocks.getBlockAttributes( id ).content || '' ).trim();
				if ( ! blank ) {
					const path = prefix + place++;
					found[ path ] = id;
					read( id, path + '/' );
				}
			} );
		};
		read( '', '' );
		return found;
	}

	/**
	 * The blocks in which to look for a passage: its own and those in it first, then all others, as
	 * blocks may have been moved since.
	 *
	 * @param {string} path Of the passage's block.
	 * @return {string[]} Client ids.
	 */
	function candidates( path ) {
		const paths = blocksByPath();
		let nearest = path;
		while ( nearest && ! paths[ nearest ] ) {
			nearest = nearest.split( '/' ).slice( 0, -1 ).join( '/' );
		}
		const inside = ( other ) => other === nearest || other.startsWith( nearest + '/' );
		const all = Object.keys( paths );
		return all.filter( inside ).concat( all.filter( ( other ) => ! inside( other ) ) ).map( ( other ) => paths[ other ] );
	}

	/**
	 * Where a passage stands in a block.
	 *
	 * @param {string} id      Client id of the block.
	 * @param {Object} passage With `quote` and `start`.
	 * @return {Object|null} `attribute`, and `start` and `end` in its rich text; null where it does not.
	 */
	function findIn( id, passage ) {
		const blocks = select( 'core/block-editor' );
		const type = wp.blocks.getBlockType( blocks.getBlockName( id ) );
		const attributes = blocks.getBlockAttributes( id );
		for ( const attribute of Object.keys( attributes ) ) {
			const html = strings( attributes[ attribute ] ).join( '\n' );
			// Only an attribute that is one rich text can be annotated; others are HTML, or many.
			const rich = [ 'html', 'rich-text' ].includes( type.attributes[ attribute ].source );
			const place = rich
				? forewarn.find( wp.richText.create( { html } ).text, passage )
				: forewarn.find( html, passage, true );
			if ( place ) {
				return Object.assign( { attribute: rich ? attribute : null }, place );
			}
		}
		return null;
	}

	/**
	 * All strings in an attribute: one, or those of a table's cells.
	 *
	 * @param {*} value Of the attribute.
	 * @return {string[]} HTML.
	 */
	function strings( value ) {
		if ( typeof value === 'string' ) {
			return [ value ];
		}
		if ( ! value || typeof value !== 'object' ) {
			return [];
		}
		if ( typeof value.toHTMLString === 'function' ) {
			return [ value.toHTMLString() ]; // rich text since WordPress 6.5
		}
		return Object.values( value ).flatMap( strings );
	}

	/**
	 * An element of the editor's content, which may be in a frame.
	 *
	 * @param {string} selector CSS.
	 * @return {Element|null}
	 */
	function inCanvas( selector ) {
		const frame = document.querySelector( 'iframe[name="editor-canvas"]' );
		return ( frame && frame.contentDocument.querySelector( selector ) ) || document.querySelector( selector );
	}

	/**
	 * Leads to a passage and marks it.
	 *
	 * @param {Object} passage With `title`, `path`, `start`, `quote`.
	 */
	function jump( passage ) {
		const annotations = dispatch( 'core/annotations' );
		annotations.__experimentalRemoveAnnotationsBySource( SOURCE );
		if ( passage.title ) {
			const title = inCanvas( '.editor-post-title__input' );
			title.focus();
			title.scrollIntoView( { block: 'center' } );
			return;
		}
		for ( const id of candidates( passage.path ) ) {
			const place = findIn( id, passage );
			if ( place ) {
				mark( id, place );
				return;
			}
		}
		dispatch( 'core/notices' ).createInfoNotice( __( 'This passage is no longer there.', 'forewarn' ), { type: 'snackbar' } );
	}

	/**
	 * Marks a passage, selects its block and brings it into sight. Some rich texts have no name by which
	 * they could be annotated, and some blocks have none: these are marked as a whole.
	 *
	 * @param {string} id    Client id of the block.
	 * @param {Object} place Where the passage stands in it.
	 */
	function mark( id, place ) {
		const annotate = ( where ) => dispatch( 'core/annotations' ).__experimentalAddAnnotation(
			Object.assign( { source: SOURCE, blockClientId: id }, where ) );
		const block = '[data-block="' + id + '"]';
		if ( place.attribute ) {
			annotate( { selector: 'range', richTextIdentifier: place.attribute, range: { start: place.start, end: place.end } } );
		}
		dispatch( 'core/block-editor' ).selectBlock( id );
		// Once it is drawn.
		window.setTimeout( () => {
			if ( ! inCanvas( block + ' mark.annotation-text-' + SOURCE ) ) {
				annotate( { selector: 'block' } );
			}
			const drawn = inCanvas( block );
			if ( drawn ) {
				drawn.scrollIntoView( { block: 'center' } );
			}
		}, DRAWING );
	}

	// ---- panels -----------------------------------------------------------------------------------

	function Whole() {
		const props = Object.assign( { onJump: jump }, post.props, post.useKnown() );
		return el( 'div', { className: 'forewarn-panel' }, el( forewarn.Panel, props ) );
	}

	function BeforePublishing() {
		useEffect( post.checkIfNeeded, [] );
		return el( Whole );
	}

	function Line() {
		const { state, busy } = post.useKnown();
		return el( 'span', { className: 'forewarn-line is-' + state.verdict },
			__( 'Forewarn', 'forewarn' ) + ': ' + ( busy ? __( 'Checking …', 'forewarn' ) : forewarn.verdict( state ) ) );
	}

	function Everywhere() {
		return el( Fragment, {},
			el( slots.PluginSidebarMoreMenuItem, { target: 'forewarn', icon: 'flag' }, __( 'Forewarn', 'forewarn' ) ),
			el( slots.PluginSidebar, { name: 'forewarn', title: __( 'Forewarn', 'forewarn' ), icon: 'flag' }, el( Whole ) ),
			el( slots.PluginPostStatusInfo, { className: 'forewarn-info' }, el( Line ) ),
			el( slots.PluginPrePublishPanel, { title: __( 'Forewarn', 'forewarn' ), icon: 'flag', initialOpen: true }, el( BeforePublishing ) ),
			el( slots.PluginPostPublishPanel, { title: __( 'Forewarn', 'forewarn' ), icon: 'flag', initialOpen: true }, el( Line ) )
		);
	}

	function NoteBlock() {
		const { note } = post.useKnown().state;
		return el( 'div', wp.blockEditor.useBlockProps( { className: 'forewarn-note' } ),
			note ? note.text : __( 'Here stands the note on content, once you accept one.', 'forewarn' ) );
	}

	// ---- begin ------------------------------------------------------------------------------------

	wp.plugins.registerPlugin( 'forewarn', { render: Everywhere } );
	wp.blocks.registerBlockType( 'forewarn/note', { edit: NoteBlock, save: () => null } );

	let opened = false;
	let saving = false;
	subscribe( () => {
		const editor = select( 'core/editor' );
		if ( ! opened && editor.getCurrentPostId() && editor.__unstableIsEditorReady() ) {
			opened = true;
			post.open();
		}
		const was = saving;
		saving = editor.isSavingPost() || editor.isAutosavingPost();
		if ( was && ! saving && opened ) {
			post.checkIfNeeded();
		}
	} );
}( window.wp, window.forewarn ) );
