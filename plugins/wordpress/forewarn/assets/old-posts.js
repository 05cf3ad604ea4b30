/**
 * Has old posts checked, a few at a time, and says how far it got. Where the server is away it stops
 * and can be started again.
 */
( function ( wp ) {
	'use strict';

	const { __, sprintf } = wp.i18n;
	const start = document.getElementById( 'forewarn-start' );
	const bar = document.getElementById( 'forewarn-progress' );
	const told = document.getElementById( 'forewarn-told' );
	const posts = start.dataset.posts ? start.dataset.posts.split( ',' ).map( Number ) : [];
	let after = 0;
	let checked = 0;
	let flagged = 0;
	let failed = 0;

	/**
	 * Says how far it got.
	 *
	 * @param {number} left Posts that are left.
	 */
	function tell( left ) {
		bar.value = bar.max - left;
		told.textContent = sprintf(
			// translators: 1: posts checked. 2: of them flagged. 3: posts that could not be checked. 4: posts left.
			__( '%1$d checked, %2$d of them flagged; %3$d could not be checked; %4$d left.', 'forewarn' ), checked, flagged, failed, left
		);
	}

	/**
	 * Works until nothing is left, or the server is away.
	 */
	async function run() {
		start.disabled = true;
		bar.hidden = false;
		try {
			for ( let left = 1; left > 0; ) {
				const step = await wp.apiFetch( { path: '/forewarn/v1/old-posts', method: 'POST', data: { after, posts } } );
				after = step.after;
				checked += step.checked;
				flagged += step.flagged;
				failed += step.failed;
				left = step.left;
				tell( left );
				if ( step.problem ) {
					throw new Error( step.problem );
				}
			}
		} catch ( error ) {
			// translators: %s: why.
			told.textContent += ' ' + sprintf( __( 'Stopped, because %s', 'forewarn' ), error.message );
			start.textContent = __( 'Go on', 'forewarn' );
			start.disabled = false;
		}
	}

	start.addEventListener( 'click', run );
	start.disabled = '0' === start.dataset.left; // Until here a click would have been lost.
}( window.wp ) );
