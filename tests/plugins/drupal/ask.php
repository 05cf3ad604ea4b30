<?php

/**
 * @file
 * The module's client, with the real Guzzle: reads JSON from standard input, writes the answer.
 */

declare(strict_types=1);

require 'GuzzleHttp/autoload.php';
require "{$argv[1]}/src/Answer.php";
require "{$argv[1]}/src/Client.php";

error_reporting(E_ALL & ~E_DEPRECATED);
$sent = json_decode((string) file_get_contents('php://stdin'), TRUE);
$client = new Drupal\forewarn\Client(new GuzzleHttp\Client(), $sent['url'], $sent['key'], $sent['total']);
// Text that was cut within a character, as JSON cannot carry it here.
$article = isset($sent['cut']) ? ['body' => substr($sent['cut'], 0, -1)] : $sent['article'];
$answer = $client->classify($article);
$again = $client->classify($article, $answer->etag);
echo json_encode(['unchanged' => $again->unchanged] + (array) $answer, JSON_THROW_ON_ERROR);
