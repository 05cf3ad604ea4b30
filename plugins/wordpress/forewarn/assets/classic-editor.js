/**
 * Forewarn in the classic editor: the same panel in a box. It checks when the post is opened and after
 * every autosave. It selects passages; the content is never changed.
 */
( function ( wp, forewarn, $ ) {
	'use strict';

	const { createElement: el } = wp.element;
	const { __ } = wp.i18n;
	const box = document.getElementById( 'forewarn-box' );

	const CALM = 500; // milliseconds without a change after which the text is read: that takes long

	const post = forewarn.keep( {
		postId: () => Number( box.dataset.post ),
		text: ( ask ) => ask( 'forewarn' ).known().now,
		read,
		isEmpty: () => ! read().content,
	} );

	/**
	 * Reads the text as it is now. What is kept of it is the same in the visual editor and the other,
	 * which write it in different ways.
	 *
	 * @return {Object} `title`, `content`.
	 */
	function read() {
		const title = $( '#title' ).val() || '';
		const content = ( wp.oldEditor || wp.editor ).getContent( 'content' ) || '';
		forewarn.put( { now: { title, letters: forewarn.squeeze( content, true ).letters } } );
		return { title, content };
	}

	let calm = 0;

	/**
	 * Reads the text once nothing has changed for a moment.
	 */
	function readSoon() {
		window.clearTimeout( calm );
		calm = window.setTimeout( read, CALM );
	}

	/**
	 * The visual editor, where it is in use.
	 *
	 * @return {Object|null} TinyMCE's editor.
	 */
	function visual() {
		const editor = window.tinymce && window.tinymce.get( 'content' );
		return editor && ! editor.isHidden() ? editor : null;
	}

	/**
	 * Selects a passage in the visual editor.
	 *
	 * @param {Object} editor  TinyMCE's editor.
	 * @param {Object} passage With `quote`, `start`.
	 * @return {boolean} Whether it is there.
	 */
	function selectVisual( editor, passage ) {
		const walker = editor.getDoc().createTreeWalker( editor.getBody(), NodeFilter.SHOW_TEXT );
		const nodes = [];
		let whole = '';
		while ( walker.nextNode() ) {
			nodes.push( { node: walker.currentNode, begin: whole.length } );
			whole += walker.currentNode.data;
		}
		const place = forewarn.find( whole, passage );
		if ( ! place ) {
			return false;
		}
		const range = editor.getDoc().createRange();
		const at = ( offset ) => nodes.filter( ( one ) => one.begin <= offset ).pop();
		const first = at( place.start );
		const last = at( place.end - 1 );
		range.setStart( first.node, place.start - first.begin );
		range.setEnd( last.node, place.end - last.begin );
		editor.focus();
		editor.selection.setRng( range );
		first.node.parentElement.scrollIntoView( { block: 'center' } );
		return true;
	}

	/**
	 * Selects a passage in the text editor, whatever markup is between its words.
	 *
	 * @param {Object} passage With `quote`, `start`.
	 * @return {boolean} Whether it is there.
	 */
	function selectSource( passage ) {
		const area = document.getElementById( 'content' );
		const place = forewarn.find( area.value, passage, true );
		if ( place ) {
			area.focus();
			area.setSelectionRange( place.start, place.end );
		}
		return place !== null;
	}

	/**
	 * Leads to a passage.
	 *
	 * @param {Object} passage With `title`, `quote`, `start`.
	 */
	function jump( passage ) {
		if ( passage.title ) {
			$( '#title' ).trigger( 'focus' );
			return;
		}
		const editor = visual();
		const found = editor ? selectVisual( editor, passage ) : selectSource( passage );
		forewarn.put( { problem: found ? '' : __( 'This passage is no longer there.', 'forewarn' ) } );
	}

	function Box() {
		return el( forewarn.Panel, Object.assign( { onJump: jump }, post.props, post.useKnown() ) );
	}

	/**
	 * Has the visual editor tell when its text may have changed.
	 *
	 * @param {Object} editor TinyMCE's editor.
	 */
	function watch( editor ) {
		if ( editor.id === 'content' ) {
			editor.on( 'input keyup change undo redo ExecCommand', readSoon );
		}
	}

	$( '#title, #content' ).on( 'input change', readSoon );
	$( document ).on( 'tinymce-editor-init', ( event, editor ) => watch( editor ) );
	if ( window.tinymce ) {
		window.tinymce.editors.forEach( watch );
	}
	$( document ).on( 'after-autosave', post.checkIfNeeded );
	read();
	post.open();

	if ( wp.element.createRoot ) {
		wp.element.createRoot( box ).render( el( Box ) );
	} else {
		wp.element.render( el( Box ), box );
	}
}( window.wp, window.forewarn, window.jQuery ) );
