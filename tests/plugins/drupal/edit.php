<?php

/**
 * @file
 * The whole module, in a stand-in of Drupal: saves a node, opens its form, runs cron.
 */

declare(strict_types=1);

require 'GuzzleHttp/autoload.php';
require __DIR__ . '/site.php';
foreach (['src/Answer.php', 'src/Client.php', 'src/Checker.php', 'src/Plugin/QueueWorker/Recheck.php', 'forewarn.module'] as $file) {
  require "{$argv[1]}/$file";
}
error_reporting(E_ALL & ~E_DEPRECATED);

use Drupal\Core\Queue\QueueFactory;
use Drupal\Core\Queue\SuspendQueueException;
use Drupal\Core\Site\Settings;
use Drupal\forewarn\Checker;
use Drupal\forewarn\Client;
use Drupal\forewarn\Plugin\QueueWorker\Recheck;

$sent = json_decode((string) file_get_contents('php://stdin'), TRUE);
$told = [];
$kept = [];
$values = new ArrayObject(['types' => ['article']]);
$config = new Thing(['get' => fn ($name) => new Thing(['get' => fn ($key) => $values[$key]])]);
$store = new Thing([
  'get' => function ($id) use (&$kept) { return $kept[$id] ?? NULL; },
  'set' => function ($id, $status) use (&$kept) { $kept[$id] = $status; },
  'delete' => function ($id) use (&$kept) { unset($kept[$id]); },
]);
$queue = new QueueFactory();
$fields = ['body' => ['text_with_summary', [$sent['body']]], 'teaser' => ['string_long', [['value' => 'Police said no more.']]],
  'field_pages' => ['integer', [['value' => 3]]], 'revision_log' => ['string_long', [['value' => 'a note to myself']]]];
$node = new Thing([
  'id' => fn () => 7, 'isNew' => fn () => FALSE, 'bundle' => fn () => $sent['type'] ?? 'article', 'label' => fn () => $sent['title'],
  'language' => fn () => new Thing(['getId' => fn () => $sent['language'] ?? 'en']),
  'getFieldDefinitions' => fn () => array_map(fn ($field) => new Thing(['getType' => fn () => $field[0]]), $fields),
  'get' => fn ($name) => array_map(fn ($value) => new Thing(['getValue' => fn () => $value]), $fields[$name][1]),
]);
Drupal::$services['messenger'] = new Thing([
  'addStatus' => function ($text) use (&$told) { $told[] = "status: $text"; },
  'addWarning' => function ($text) use (&$told) { $told[] = "warning: $text"; },
]);
Drupal::$services['logger'] = new Thing(['error' => function ($text, $given) use (&$told) { $told[] = 'log: ' . strtr($text, $given); }]);

$connect = function (array $to) use ($values, $config, $store, $queue): Checker {
  $values['url'] = $to['url'];
  Settings::$values['forewarn_key'] = $to['key'];
  // The time is that of a busy machine.
  $create = Client::create(new GuzzleHttp\Client(), $config);
  $client = isset($to['total']) ? new Client(new GuzzleHttp\Client(), $to['url'], $to['key'], $to['total']) : $create;
  $factory = empty($to['broken']) ? new Thing(['get' => fn ($name) => $store]) : new Thing(['get' => fn ($name) => throw new \LogicException('the database is away')]);
  return Drupal::$services['forewarn.checker'] = new Checker($client, $config, $factory, $queue);
};
$checker = $connect($sent['first']);
forewarn_node_insert($node);
$form = [];
if (empty($sent['first']['broken'])) {
  forewarn_form_node_form_alter($form, new Thing(['getFormObject' => fn () => new Thing(['getEntity' => fn () => $node])]));
}

$cron = [];
foreach ($sent['cron'] ?? [] as $to) {
  $container = new Thing(['get' => fn ($id) => $id === 'forewarn.checker' ? $connect($to) : new Thing(['load' => fn ($id) => $node])]);
  try {
    Recheck::create($container, [], 'forewarn_recheck', [])->processItem(['node' => 7]);
    $cron[] = Checker::sentence($kept['7']);
  }
  catch (SuspendQueueException $error) {
    $cron[] = 'suspended';
  }
}
$status = $kept['7'] ?? NULL;
if (empty($sent['first']['broken'])) {
  forewarn_node_update($node);
  forewarn_node_delete($node);
}
echo json_encode(compact('told', 'form', 'status', 'cron') + ['queued' => $queue->items, 'left' => $kept, 'article' => $checker->article($node)], JSON_THROW_ON_ERROR);
